package jenkinslight.runner.steps

import hudson.AbortException
import hudson.model.Result
import jenkinslight.runner.engine.Build
import jenkinslight.runner.engine.Failures
import jenkinslight.runner.language.PipelineScript
import jenkinslight.runner.language.StepArguments
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** The steps that live with the failure of their block. */
class FailureSteps implements Serializable {
    private static final long serialVersionUID = 1L

    final Build build
    final FlowSteps flow

    FailureSteps(Build build, FlowSteps flow) {
        this.build = build
        this.flow = flow
    }

    Object retry(StepArguments arguments, PipelineScript script) {
        int count = arguments.get('count', 1) as int
        // Conditions are of failures that don't occur on one's own machine: an agent gone, a step that a restart ended.
        boolean never = arguments.named('conditions', [])
        build.note('retry')
        try {
            int tries = 1
            while (true) {
                try {
                    return flow.inScope(build.scope, '{', arguments.body)
                } catch (Throwable failure) {
                    if (tries >= count || never || isActualInterruption(failure)) {
                        throw failure
                    }
                    tries++
                    if (!(failure instanceof AbortException || failure instanceof FlowInterruptedException)) {
                        build.echo('ERROR: Execution failed')
                    }
                    build.printFailure(failure)
                    build.echo('Retrying')
                }
            }
        } finally {
            build.note('// retry')
        }
    }

    private boolean isActualInterruption(Throwable failure) {
        return failure instanceof FlowInterruptedException && failure.actualInterruption
    }

    /** The build becomes FAILURE and the stage stays what it was, unless told otherwise. */
    Object catchError(StepArguments arguments, PipelineScript script) {
        return catching('catchError', arguments, resultOf(arguments, 'buildResult', 'FAILURE'), resultOf(arguments, 'stageResult', 'SUCCESS'))
    }

    /** What is given as null leaves the result alone. */
    private static Object resultOf(StepArguments arguments, String name, String otherwise) {
        if (!arguments.named.containsKey(name)) {
            return otherwise
        }
        String given = arguments.named(name, null) ?: 'SUCCESS'
        if (!given.equalsIgnoreCase(Result.fromString(given).toString())) {
            throw new IllegalArgumentException('Could not instantiate ' + arguments.named + ' for org.jenkinsci.plugins.workflow.steps.CatchErrorStep: '
                + 'java.lang.IllegalArgumentException: ' + name + ' is invalid: ' + given
                + '. Valid options are SUCCESS, UNSTABLE, FAILURE, NOT_BUILT and ABORTED.')
        }
        return given
    }

    Object warnError(StepArguments arguments, PipelineScript script) {
        return catching('warnError', arguments, 'UNSTABLE', 'UNSTABLE')
    }

    private Object catching(String name, StepArguments arguments, Object buildResult, Object stageResult) {
        build.note(name)
        try {
            flow.inScope(build.scope, '{', arguments.body)
        } catch (Throwable failure) {
            if (isActualInterruption(failure) && !(arguments.named('catchInterruptions', true) as boolean)) {
                throw failure
            }
            String message = arguments.text('message')
            if (message != null) {
                build.echo('ERROR: ' + message)
            }
            build.printFailure(failure)
            boolean interrupted = failure instanceof FlowInterruptedException
            Result ofBuild = interrupted ? Failures.result(failure) : Result.fromString(buildResult as String)
            Result ofStage = interrupted ? Failures.result(failure) : Result.fromString(stageResult as String)
            worsen(ofBuild, ofStage)
        } finally {
            build.note('// ' + name)
        }
        return null
    }

    private void worsen(Result ofBuild, Result ofStage) {
        if (ofBuild != Result.SUCCESS) {
            if (build.result() == null || ofBuild.isWorseThan(build.result())) {
                build.echo('Setting overall build result to ' + ofBuild)
            }
            build.worsen(ofBuild)
        }
        build.worsenStage(ofStage)
    }
}
