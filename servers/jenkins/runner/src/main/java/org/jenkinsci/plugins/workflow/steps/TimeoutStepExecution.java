package org.jenkinsci.plugins.workflow.steps;

import jenkins.model.CauseOfInterruption;

/** The step {@code timeout} under the name by which scripts know what it does to the steps within. */
public final class TimeoutStepExecution {
    private TimeoutStepExecution() {}

    /** The time is over. */
    public static final class ExceededTimeout extends CauseOfInterruption {
        private static final long serialVersionUID = 1L;

        @Override
        public String getShortDescription() {
            return "Timeout has been exceeded";
        }
    }
}
