package jenkinslight.runner.declarative

import jenkinslight.runner.language.PipelineScript
import jenkinslight.runner.steps.Docker
import jenkinslight.runner.steps.Image

/** The directive {@code agent}: a node, perhaps a container in it, and the checkout that goes with a fresh workspace. */
class Agents extends Part {
    private static final long serialVersionUID = 1L
    static final String CHECKOUT = 'Declarative: Checkout SCM'
    static final String SETUP = 'Declarative: Agent Setup'

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
        Closure contained = { ->
            Closure prepared = { ->
                Image image = type.name == 'dockerfile' ? built(details, inStage) : chosen(type, details, inStage)
                return image.inside(details.text('args') ?: '', body)
            }
            String registry = details.text('registryUrl')
            return registry == null ? prepared.call() : docker().withRegistry(registry, details.text('registryCredentialsId'), prepared)
        }
        if (details.flag('reuseNode') && inStage) {
            return contained.call()
        }
        return onNode(details.text('label'), details.text('customWorkspace'), checkingOut(options, inStage, contained))
    }

    private Docker docker() {
        return script.getProperty('docker')
    }

    private Image chosen(Directive type, Section details, boolean inStage) {
        Image image = docker().image(type.value != null ? type.value.toString() : details.text('image'))
        if (details.flag('alwaysPull')) {
            inSetup(inStage, { -> image.pull() })
        }
        return image
    }

    /** The image of a Dockerfile in the workspace, named by the file's text. */
    private Image built(Section details, boolean inStage) {
        String folder = details.text('dir') ?: '.'
        String path = (folder == '.' ? '' : folder + '/') + (details.text('filename') ?: 'Dockerfile')
        return inSetup(inStage, { ->
            String text = step('readFile', [path])
            String arguments = details.text('additionalBuildArgs')
            String name = Integer.toHexString((text + arguments).hashCode()).padLeft(8, '0')
            return docker().build('jenkins-dockerfile:' + name, (arguments == null ? '' : arguments + ' ') + '-f "' + path + '" "' + folder + '"')
        })
    }

    /** What the pipeline's own agent needs before its first stage is a stage too. */
    private Object inSetup(boolean inStage, Closure body) {
        return inStage ? body.call() : flow.inStage(SETUP, body)
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
