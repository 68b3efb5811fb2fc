package org.jenkinsci.plugins.pipeline.modeldefinition;

import jenkinslight.runner.engine.Running;

/** What scripted pipelines use of Declarative's own helpers. */
public final class Utils {
    private Utils() {}

    /** Shows the stage of that name, which runs just now, as one that a condition kept from running. */
    public static void markStageSkippedForConditional(String stage) {
        Running.build().skip(stage);
    }
}
