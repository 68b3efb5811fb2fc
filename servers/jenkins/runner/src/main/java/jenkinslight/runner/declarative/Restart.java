package jenkinslight.runner.declarative;

import java.util.Map;
import jenkinslight.runner.engine.Build;

/** Whether a build is an earlier one again, restarted from one of its stages, as one of its causes says. */
public final class Restart {
    private static final String CAUSE = "org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause";

    private Restart() {}

    /** The stage that the build begins at, or null. */
    public static String stage(Build build) {
        for (Object cause : build.causes()) {
            if (cause instanceof Map && CAUSE.equals(((Map<?, ?>) cause).get("class"))) {
                return String.valueOf(((Map<?, ?>) cause).get("originStage"));
            }
        }
        return null;
    }
}
