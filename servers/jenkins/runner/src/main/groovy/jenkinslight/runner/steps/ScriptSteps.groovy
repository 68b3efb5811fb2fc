package jenkinslight.runner.steps

import jenkinslight.runner.engine.Build
import jenkinslight.runner.engine.ServerCall
import jenkinslight.runner.language.LoadedClasses
import jenkinslight.runner.language.PipelineScript
import jenkinslight.runner.language.StepArguments

/** The steps that bring in other code. */
class ScriptSteps implements Serializable {
    private static final long serialVersionUID = 1L

    final Build build
    final FlowSteps flow

    ScriptSteps(Build build, FlowSteps flow) {
        this.build = build
        this.flow = flow
    }

    /** Runs a file of the workspace as a script; its value is the script's, usually {@code this}. All scripts share their undeclared variables. */
    Object load(StepArguments arguments, PipelineScript script) {
        build.note('load')
        String source = build.call(new ServerCall('readFile', [file: arguments.text('path')], [], false))
        PipelineScript loaded = build.compiler().compile(source, build.compiler().nextName(), build)
        loaded.binding = script.binding
        try {
            return flow.inScope(build.scope, '{ (' + arguments.text('path') + ')', { -> loaded.run() })
        } finally {
            build.note('// load')
        }
    }

    /** Loads a shared library while the build runs; the server gets it. */
    Object library(StepArguments arguments, PipelineScript script) {
        build.note('library')
        String folder = build.call(new ServerCall('library', arguments.named, arguments.positional, false))
        build.libraries().add(folder, build.compiler())
        return new LoadedClasses(build)
    }

    Object evaluate(StepArguments arguments, PipelineScript script) {
        PipelineScript evaluated = build.compiler().compile(arguments.positional[0] as String, build.compiler().nextName(), build)
        evaluated.binding = script.binding
        return evaluated.run()
    }
}
