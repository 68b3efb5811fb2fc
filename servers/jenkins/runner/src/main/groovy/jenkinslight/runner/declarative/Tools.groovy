package jenkinslight.runner.declarative

import jenkinslight.runner.language.PipelineScript

/** The directive {@code tools}. A stage repeats the pipeline's tools, with its own instead of those of the same type. */
class Tools extends Part {
    private static final long serialVersionUID = 1L
    static final String INSTALL = 'Declarative: Tool Install'

    Tools(PipelineScript script) {
        super(script)
    }

    /** The tools of a directive as type → name, over those given. */
    Map read(Directive tools, Map outer) {
        Map merged = new LinkedHashMap(outer)
        for (tool in read(tools).all()) {
            merged.put(tool.name, tool.value.toString())
        }
        return merged
    }

    /** Runs a body with tools on its path. @param inStage false for the pipeline's own, which are installed in a stage */
    Object around(Map tools, boolean inStage, Closure body) {
        if (tools.isEmpty() || !build.scope.hasMachine()) {
            return body.call()
        }
        List variables = inStage ? install(tools) : flow.inStage(INSTALL, { -> install(tools) })
        return step('withEnv', [variables, body])
    }

    List install(Map tools) {
        List variables = []
        for (tool in tools.entrySet()) {
            step('tool', [[name: tool.value, type: tool.key]])
            Object added = step('envVarsForTool', [[toolId: tool.key, toolVersion: tool.value]])
            if (added != null) {
                variables.addAll(added)
            }
        }
        return variables
    }
}
