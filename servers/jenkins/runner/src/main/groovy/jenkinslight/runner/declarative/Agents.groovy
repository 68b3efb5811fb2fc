package jenkinslight.runner.declarative

import jenkinslight.runner.language.PipelineScript

/** The directive {@code agent}: a node, perhaps a container in it, and the checkout that goes with a fresh workspace. */
class Agents extends Part {
    private static final long serialVersionUID = 1L
    static final String CHECKOUT = 'Declarative: Checkout SCM'

    Agents(PipelineScript script) {
        super(script)
    }

    /**
     * Runs a body where the agent says.
     *
     * @param agent the directive, null for none of its own
     * @param options the options that govern the checkout
     * @param inStage false for the pipeline's own agent, whose checkout is a stage
     */
    Object around(Directive agent, Section options, boolean inStage, Closure body) {
        if (agent == null || agent.value == 'none') {
            return body.call()
        }
        if (agent.value == 'any' || agent.body == null) {
            return onNode(null, null, checkingOut(options, inStage, body))
        }
        Directive type = read(agent.body).all()[0]
        Section details = read(type)
        switch (type.name) {
            case 'label':
                return onNode(type.value, null, checkingOut(options, inStage, body))
            case 'node':
                return onNode(details.text('label'), details.text('customWorkspace'), checkingOut(options, inStage, body))
            case 'docker':
            case 'dockerfile':
                return inContainer(type, details, options, inStage, body)
            default:
                throw new IllegalArgumentException('Invalid agent type "' + type.name + '" specified')
        }
    }

    Object onNode(Object label, String workspace, Closure body) {
        Closure inWorkspace = workspace == null ? body : { -> step('ws', [workspace, body]) }
        return label ? step('node', [label.toString(), inWorkspace]) : step('node', [inWorkspace])
    }

    /** Docker's own options: image, args, label, registryUrl, reuseNode, alwaysPull…; for dockerfile those of its build. */
    Object inContainer(Directive type, Section details, Section options, boolean inStage, Closure body) {
        Map settings = [:]
        if (type.value != null) {
            settings.put('image', type.value.toString())
        }
        for (detail in details.all()) {
            settings.put(detail.name, detail.value)
        }
        if (type.name == 'dockerfile') {
            settings.put('dockerfile', true)
        }
        Closure contained = { -> step('withDockerContainer', [settings, body]) }
        if (details.flag('reuseNode') && inStage) {
            return contained.call()
        }
        return onNode(details.text('label'), details.text('customWorkspace'), checkingOut(options, inStage, contained))
    }

    /** Puts the implicit checkout before a body. Its values (GIT_COMMIT…) become environment, as the git plugin has it. */
    Closure checkingOut(Section options, boolean inStage, Closure body) {
        if (build.request().scm() == null || options.flag('skipDefaultCheckout')) {
            return body
        }
        Closure checkout = { -> step('checkout', [build.request().scm()]) }
        return { ->
            Closure inFolder = options.has('checkoutToSubdirectory') ? { -> step('dir', [options.text('checkoutToSubdirectory'), checkout]) } : checkout
            Object found = inStage ? inFolder.call() : flow.inStage(CHECKOUT, inFolder)
            List variables = []
            if (found instanceof Map) {
                for (variable in found.entrySet()) {
                    variables.add(variable.key + '=' + variable.value)
                }
            }
            return variables.isEmpty() ? body.call() : step('withEnv', [variables, body])
        }
    }
}
