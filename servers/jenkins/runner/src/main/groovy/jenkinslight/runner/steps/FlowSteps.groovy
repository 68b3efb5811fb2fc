package jenkinslight.runner.steps

import hudson.AbortException
import jenkinslight.runner.engine.Build
import jenkinslight.runner.engine.Deadline
import jenkinslight.runner.engine.Environment
import jenkinslight.runner.engine.Failures
import jenkinslight.runner.engine.Scope
import jenkinslight.runner.engine.ServerCall
import jenkinslight.runner.engine.Stage
import jenkinslight.runner.language.PipelineScript
import jenkinslight.runner.language.Spans
import jenkinslight.runner.language.StepArguments
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/**
 * The steps that run code of the script, and those that wait. This class goes through the same CPS transformation as the scripts, so any of
 * its lines may be where a build stands still. Each public method takes the call's arguments and the calling script.
 */
class FlowSteps implements Serializable {
    private static final long serialVersionUID = 1L
    /** The pauses of waitUntil grow by this factor up to this limit, as in Jenkins. */
    private static final double PAUSE_GROWTH = 1.2
    private static final long LONGEST_PAUSE = 15000

    final Build build

    FlowSteps(Build build) {
        this.build = build
    }

    /** Runs a block in a scope, with Jenkins' lines around it. */
    Object inScope(Scope inner, String opening, Closure body) {
        Scope outer = build.scope
        build.scope = inner
        build.note(opening)
        takeTurns()
        try {
            return body.call()
        } finally {
            build.note('}')
            build.scope = outer
            takeTurns()
        }
    }

    /** Branches go on block by block, each in its turn. */
    private void takeTurns() {
        if (build.scope.branch() != null) {
            build.yield()
        }
    }

    /** A block step of the server: entered and left by its leave, the block runs here. */
    Object serverBlock(String name, StepArguments arguments) {
        ServerCall call = new ServerCall(name, arguments.named, arguments.positional, true)
        build.call(call)
        Throwable failure = null
        Object value = null
        try {
            value = inScope(build.scope.withBlock(call.id(), name == 'node'), '{', arguments.body)
        } catch (Throwable thrown) {
            failure = thrown
        }
        build.note('// ' + name)
        build.call(call.leaving(failure))
        build.left(call.id())
        if (failure != null) {
            throw failure
        }
        return value
    }

    Object script(StepArguments arguments, PipelineScript script) {
        return plainBlock('script', build.scope, arguments.body)
    }

    Object withEnv(StepArguments arguments, PipelineScript script) {
        return plainBlock('withEnv', build.scope.withEnv(Environment.layer(arguments.get('overrides', []))), arguments.body)
    }

    /** A block that only changes the scope. */
    Object plainBlock(String name, Scope inner, Closure body) {
        build.note(name)
        try {
            return inScope(inner, '{', body)
        } finally {
            build.note('// ' + name)
        }
    }

    /** Without a block a stage is no more than a mark in the log, as before 2023; since then Jenkins refuses it, as is done here with concurrency. */
    Object stage(StepArguments arguments, PipelineScript script) {
        if (arguments.named('concurrency', null) != null) {
            throw new AbortException(arguments.body == null ? 'Using the ‘stage’ step without a block argument is no longer supported.'
                    : 'The ‘concurrency’ parameter is not supported in block-mode ‘stage’; try ‘lock’ and/or ‘milestone’ steps instead')
        }
        String name = arguments.text('name')
        if (arguments.body != null) {
            return inStage(name, arguments.body)
        }
        build.note('stage (' + name + ')')
        build.echo('Using the ‘stage’ step without a block argument is deprecated')
        build.mark(name)
        return null
    }

    /** A stage. The block may mark it as skipped by returning SKIPPED. */
    Object inStage(String name, Closure body) {
        build.note('stage')
        build.mark(null)
        Stage stage = build.openStage(name)
        boolean executed = true
        try {
            Object value = inScope(build.scope.withStage(stage), '{ (' + name + ')', body)
            executed = !Skipped.STAGE.equals(value)
            return value
        } catch (Throwable failure) {
            stage.worsen(Failures.result(failure))
            throw failure
        } finally {
            build.note('// stage')
            build.closeStage(stage, executed)
        }
    }

    Object parallel(StepArguments arguments, PipelineScript script) {
        Map branches = [:]
        boolean failFast = false
        for (entry in arguments.named.entrySet()) {
            if (entry.value instanceof Closure) {
                branches.put(entry.key, branch(entry.key, entry.value))
            } else if (entry.key == 'failFast') {
                failFast = entry.value as boolean
            } else {
                throw new IllegalArgumentException('Expected closure or failFast')
            }
        }
        return forked(branches, failFast)
    }

    /** Runs bodies that {@link #branch} made. */
    Object forked(Map branches, boolean failFast) {
        build.note('parallel')
        try {
            return build.fork(branches, failFast)
        } finally {
            build.note('// parallel')
        }
    }

    Closure branch(String name, Closure body) {
        return { ->
            try {
                return inScope(build.scope.withBranch(name), '{ (Branch: ' + name + ')', body)
            } catch (Throwable failure) {
                build.echo('Failed in branch ' + name)
                throw failure
            }
        }
    }

    Object timeout(StepArguments arguments, PipelineScript script) {
        long millis = Spans.millis(arguments.get('time', 0), arguments.named('unit', 'MINUTES'))
        boolean onActivity = arguments.named('activity', false) as boolean
        build.note('timeout')
        build.echo('Timeout set to expire ' + (onActivity ? 'after ' + Spans.text(millis) + ' without activity' : 'in ' + Spans.text(millis)))
        Deadline deadline = build.deadline(millis, onActivity)
        try {
            return inScope(build.scope.withDeadline(deadline), '{', arguments.body)
        } catch (FlowInterruptedException failure) {
            if (deadline.hasPassed()) {
                failure.actualInterruption = false
            }
            throw failure
        } finally {
            build.lift(deadline)
            build.note('// timeout')
        }
    }

    Object waitUntil(StepArguments arguments, PipelineScript script) {
        long pause = arguments.named('initialRecurrencePeriod', 250) as long
        boolean quiet = arguments.named('quiet', false) as boolean
        build.note('waitUntil')
        try {
            while (true) {
                Object met = inScope(build.scope, '{', arguments.body)
                if (!(met instanceof Boolean)) {
                    throw new ClassCastException('body return value ' + met + ' is not boolean')
                }
                if (met) {
                    return null
                }
                if (!quiet) {
                    build.echo('Will try again after ' + Spans.text(pause))
                }
                build.sleep(pause, true)
                pause = Math.min((long) (pause * PAUSE_GROWTH), LONGEST_PAUSE)
            }
        } finally {
            build.note('// waitUntil')
        }
    }

    Object sleep(StepArguments arguments, PipelineScript script) {
        long millis = Spans.millis(arguments.get('time', 0), arguments.named('unit', 'SECONDS'))
        build.note('sleep')
        build.echo('Sleeping for ' + Spans.text(millis))
        return build.sleep(millis, false)
    }

    /** A block step of the server that may be done without its block. */
    Object lock(StepArguments arguments, PipelineScript script) {
        build.note('lock')
        try {
            return serverBlock('lock', arguments)
        } catch (SkippedBlock skipped) {
            return null
        }
    }
}
