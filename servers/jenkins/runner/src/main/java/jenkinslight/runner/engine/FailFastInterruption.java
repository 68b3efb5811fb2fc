package jenkinslight.runner.engine;

import hudson.model.Result;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;

/** Ends a branch because another one failed. The branch is aborted, but what the build becomes is that other one's matter. */
public final class FailFastInterruption extends FlowInterruptedException {
    private static final long serialVersionUID = 1L;

    FailFastInterruption(String failedBranch) {
        super(Result.ABORTED, new Interruptions.Other("Failed in branch " + failedBranch));
    }
}
