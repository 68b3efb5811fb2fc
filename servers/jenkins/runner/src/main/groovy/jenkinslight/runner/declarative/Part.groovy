package jenkinslight.runner.declarative

import jenkinslight.runner.engine.Build
import jenkinslight.runner.engine.Failures
import jenkinslight.runner.language.PipelineScript
import jenkinslight.runner.steps.FlowSteps

/** What the parts of Declarative's interpreter share. All of it is CPS code: a build may stand still on any line. */
abstract class Part implements Serializable {
    private static final long serialVersionUID = 1L
    static final String NO_NODE = 'Attempted to execute a step that requires a node context while ‘agent none’ was specified. Be sure to ' +
        'specify your own ‘node { ... }’ blocks when using ‘agent none’.'

    final PipelineScript script
    final Build build
    final FlowSteps flow

    Part(PipelineScript script) {
        this.script = script
        this.build = script.dsl().build()
        this.flow = script.dsl().flowSteps()
    }

    /** Runs a structural block and returns its directives. */
    Section read(Closure block) {
        ArrayList around = build.notes
        build.notes = new ArrayList()
        try {
            block.delegate = new Recorder(script)
            block.resolveStrategy = Closure.DELEGATE_ONLY
            block.call()
            return new Section(build.notes)
        } finally {
            build.notes = around
        }
    }

    /** The directives of an optional section; none when it is missing. */
    Section read(Directive section) {
        return section == null || section.body == null ? new Section([]) : read(section.body)
    }

    /** Runs a block of steps. */
    Object steps(Closure block) {
        block.delegate = script
        block.resolveStrategy = Closure.DELEGATE_ONLY
        return block.call()
    }

    /** As {@link #steps}; that there is no node to work on is told in Declarative's words. */
    Object needingNode(Closure block) {
        try {
            return steps(block)
        } catch (Throwable failure) {
            if (Failures.lacksNode(failure) && !build.scope.hasMachine()) {
                step('error', [NO_NODE])
            }
            throw failure
        }
    }

    /** Calls a step as the script itself would. */
    Object step(String name, List arguments) {
        return script.dsl().invoke(script, name, arguments as Object[])
    }
}
