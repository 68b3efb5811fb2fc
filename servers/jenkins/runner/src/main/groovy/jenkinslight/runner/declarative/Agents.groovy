package jenkinslight.runner.declarative

import java.security.MessageDigest
import jenkinslight.runner.language.PipelineScript
import jenkinslight.runner.steps.Docker
import jenkinslight.runner.steps.Image

/** The directive {@code agent}: a node, perhaps a container in it, and the checkout that goes with a fresh workspace. */
class Agents extends Part {
    private static final long serialVersionUID = 1L
    static final String CHECKOUT = 'Declarative: Checkout SCM'
    private static final String DOCKER_HUB = 'https://index.docker.io/v1/'
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
            return onNode(null, new Section([]), checkingOut(options, inStage, body))
        }
        Directive type = read(agent.body).all()[0]
        Section details = read(type)
        switch (type.name) {
            case 'label':
            case 'node':
                return onNode(type.value ?: details.text('label'), details, checkingOut(options, inStage, body))
            case 'docker':
            case 'dockerfile':
                return inContainer(type, details, options, inStage, body)
            default:
                throw new IllegalArgumentException('Invalid agent type "' + type.name + '" specified')
        }
    }

    /** True for an agent that is a container. */
    boolean isContainer(Directive agent) {
        return agent != null && agent.body != null && read(agent.body).all()[0].name in ['docker', 'dockerfile']
    }

    private Object onNode(Object label, Section details, Closure body) {
        String workspace = details.text('customWorkspace')
        Closure inWorkspace = workspace ? { -> step('ws', [workspace, body]) } : body
        Closure onNode = { -> label ? step('node', [label.toString(), inWorkspace]) : step('node', [inWorkspace]) }
        int tries = (details.text('retries') ?: '1') as int
        return tries > 1 ? step('retry', [[count: tries, conditions: ['agent', 'nonresumable']], onNode]) : onNode.call()
    }

    /** The pipeline's container anew, on the node around: what {@code newContainerPerStage} gives a stage without an agent. */
    Object again(Directive agent, Closure body) {
        Directive type = read(agent.body).all()[0]
        return contained(type, read(type), true, body).call()
    }

    /** Docker's own options: image, args, label, registryUrl, reuseNode, alwaysPull…; for dockerfile those of its build. */
    private Object inContainer(Directive type, Section details, Section options, boolean inStage, Closure body) {
        Closure contained = contained(type, details, inStage, body)
        if (details.flag('reuseNode') && build.scope.hasMachine()) {
            return contained.call()
        }
        boolean stagesHaveTheirOwn = details.flag('containerPerStageRoot') || !inStage && options.has('newContainerPerStage')
        Closure inside = stagesHaveTheirOwn ? body : contained
        return onNode(details.text('label'), details, checkingOut(options, inStage, inside))
    }

    private Closure contained(Directive type, Section details, boolean inStage, Closure body) {
        Closure prepared = { ->
            Image image = type.name == 'dockerfile' ? built(details, inStage) : chosen(type, details, inStage)
            return image.inside(details.text('args') ?: '', body)
        }
        String registry = details.text('registryUrl')
        String account = details.text('registryCredentialsId')
        if (registry == null && account == null) {
            return prepared
        }
        return { -> docker().withRegistry(registry ?: DOCKER_HUB, account, prepared) }
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

    /** The image of a Dockerfile in the workspace, named by a hash of the job's name, the file's text and the arguments. */
    private Image built(Section details, boolean inStage) {
        String folder = details.text('dir') ?: '.'
        String path = (folder == '.' ? '' : folder + '/') + (details.text('filename') ?: 'Dockerfile')
        return inSetup(inStage, { ->
            String text = step('readFile', [path])
            String given = details.text('additionalBuildArgs')
            String arguments = given ? ' ' + given : ''
            String named = script.currentBuild.fullProjectName + '\n' + text + '\n' + arguments
            String name = MessageDigest.getInstance('SHA-1').digest(named.getBytes('UTF-8')).encodeHex().toString()
            step('sh', ['docker build -t ' + name + arguments + ' -f "' + path + '" "' + folder + '"'])
            return docker().image(name)
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
