package org.jenkinsci.plugins.workflow.cps.steps;

import jenkins.model.CauseOfInterruption;

/** The step {@code parallel}; scripts see its cause of interruption, by Jenkins' name. */
public final class ParallelStep {
    private ParallelStep() {}

    /** Another branch failed: with {@code failFast} the others end. */
    public static final class FailFastCause extends CauseOfInterruption {
        private static final long serialVersionUID = 1L;
        private final String failingBranch;

        public FailFastCause(String failingBranch) {
            this.failingBranch = failingBranch;
        }

        @Override
        public String getShortDescription() {
            return "Failed in branch " + failingBranch;
        }
    }
}
