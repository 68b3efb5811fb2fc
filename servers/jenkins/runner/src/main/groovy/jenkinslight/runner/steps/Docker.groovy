package jenkinslight.runner.steps

import jenkinslight.runner.language.PipelineScript

/** The global variable {@code docker} of the docker-workflow plugin, over the steps {@code sh}, {@code withDockerContainer} and its like. */
class Docker implements Serializable {
    private static final long serialVersionUID = 1L

    final PipelineScript script

    Docker(PipelineScript script) {
        this.script = script
    }

    Image image(String id) {
        return new Image(this, id)
    }

    /** @param args further arguments of docker build, the context last; "." by default */
    Image build(String id, String args = '.') {
        return onNode { ->
            script.withEnv(['JD_IMAGE=' + id], { -> script.sh('docker build -t "$JD_IMAGE" ' + args) })
            return image(id)
        }
    }

    Object withRegistry(String url, Closure body) {
        return withRegistry(url, null, body)
    }

    Object withRegistry(String url, String credentialsId, Closure body) {
        return onNode { ->
            return script.withEnv(['DOCKER_REGISTRY_URL=' + url], { ->
                return script.withDockerRegistry([url: url, credentialsId: credentialsId], { -> body.call() })
            })
        }
    }

    Object withServer(String uri, Closure body) {
        return withServer(uri, null, body)
    }

    Object withServer(String uri, String credentialsId, Closure body) {
        return onNode { -> script.withDockerServer([uri: uri, credentialsId: credentialsId], { -> body.call() }) }
    }

    /** A tool of type docker first on the path. */
    Object withTool(String name, Closure body) {
        return onNode { ->
            String home = script.tool(name)
            return script.withEnv(['PATH+DOCKER=' + home + '/bin', 'DOCKER_TOOL_NAME=' + name], { -> body.call() })
        }
    }

    /** Runs a body on the node around, or on one of its own outside any. */
    Object onNode(Closure body) {
        return script.env.NODE_NAME == null ? script.node(body) : body.call()
    }

    /** An image's name with the registry of withRegistry before it. */
    String qualified(String name) {
        String url = script.env.DOCKER_REGISTRY_URL
        if (!url) {
            return name
        }
        String host = url.replaceFirst('^[a-z]+://', '').replaceFirst('/.*$', '')
        return name.startsWith(host + '/') ? name : host + '/' + name
    }
}
