package jenkinslight.runner.engine;

import hudson.model.Result;
import jenkins.model.CauseOfInterruption;
import org.jenkinsci.plugins.workflow.cps.steps.ParallelStep.FailFastCause;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.support.steps.input.Rejection;

/** Interruptions of which the server tells a result and a text; what script asks of them is in the text. */
final class Interruptions {
    private static final String STOPPED = "Aborted by ";
    private static final String REJECTED = "Rejected by ";

    private Interruptions() {}

    /** @param result the name of a {@link Result}; null for ABORTED */
    static FlowInterruptedException of(Object result, String text) {
        return of(result, text, true);
    }

    /** @param actual false if nobody wants the build to end */
    static FlowInterruptedException of(Object result, String text, boolean actual) {
        Result becomes = result == null ? Result.ABORTED : Result.fromString(String.valueOf(result));
        return new FlowInterruptedException(becomes, actual, cause(String.valueOf(text)));
    }

    /** Ends a branch because another one failed. The branch is aborted, but what the build becomes is that other one's matter. */
    static FlowInterruptedException failFast(String failedBranch) {
        return new FlowInterruptedException(Result.ABORTED, new FailFastCause(failedBranch));
    }

    /** True for what {@link #failFast} made. */
    static boolean isFailFast(Throwable failure) {
        return failure instanceof FlowInterruptedException
                && ((FlowInterruptedException) failure).getCauses().stream().anyMatch(FailFastCause.class::isInstance);
    }

    private static CauseOfInterruption cause(String text) {
        if (text.startsWith(STOPPED)) {
            return new CauseOfInterruption.UserInterruption(text.substring(STOPPED.length()));
        }
        return text.startsWith(REJECTED) ? new Rejection(text.substring(REJECTED.length())) : new Other(text);
    }

    /** What has a text and nothing else that scripts ask for. */
    static final class Other extends CauseOfInterruption {
        private static final long serialVersionUID = 1L;
        private final String text;

        Other(String text) {
            this.text = text;
        }

        @Override
        public String getShortDescription() {
            return text;
        }
    }
}
