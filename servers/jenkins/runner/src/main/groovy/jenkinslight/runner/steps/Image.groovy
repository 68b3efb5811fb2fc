package jenkinslight.runner.steps

import jenkinslight.runner.language.PipelineScript

/** An image by its name, as {@code docker.image} and {@code docker.build} return it. */
class Image implements Serializable {
    private static final long serialVersionUID = 1L

    final Docker docker
    final PipelineScript script
    final String id

    Image(Docker docker, String id) {
        this.docker = docker
        this.script = docker.script
        this.id = id
    }

    String imageName() {
        return docker.qualified(id)
    }

    Object inside(Closure body) {
        return inside('', body)
    }

    /** Runs steps in a container of the image, which is pulled unless it is here. @param args further arguments of docker run */
    Object inside(String args, Closure body) {
        return docker.onNode { ->
            String image = imageName()
            script.withEnv(['JD_ID=' + id, 'JD_TO_RUN=' + image], { ->
                if (image != id && script.sh([script: 'docker inspect -f . "$JD_ID"', returnStatus: true]) == 0) {
                    image = id
                } else if (script.sh([script: 'docker inspect -f . "$JD_TO_RUN"', returnStatus: true]) != 0) {
                    pull()
                }
            })
            return script.withDockerContainer([image: image, args: args], { -> body.call() })
        }
    }

    void pull() {
        docker.onNode { -> script.withEnv(['JD_TO_PULL=' + imageName()], { -> script.sh('docker pull "$JD_TO_PULL"') }) }
    }

    /** Starts a container in the background. */
    Container run(String args = '', String command = '') {
        return docker.onNode { ->
            String line = 'docker run -d' + (args ? ' ' + args : '') + ' ' + id + (command ? ' ' + command : '')
            String started = script.sh([script: line, returnStdout: true])
            return new Container(script, started.trim())
        }
    }

    Object withRun(Closure body) {
        return withRun('', '', body)
    }

    Object withRun(String args, Closure body) {
        return withRun(args, '', body)
    }

    /** A container for as long as the body runs, to which it is handed. */
    Object withRun(String args, String command, Closure body) {
        return docker.onNode { ->
            Container container = run(args, command)
            try {
                return body.call(container)
            } finally {
                container.stop()
            }
        }
    }

    // No default values here: one that calls CPS code would be lost.

    String tag() {
        return tag(tagOfId(), true)
    }

    /** Gives the image another name in the registry at hand. @return that name */
    String tag(String tag, boolean force = true) {
        return docker.onNode { ->
            String target = docker.qualified(withoutTag() + ':' + tag)
            script.withEnv(['JD_ID=' + id, 'JD_TAGGED_IMAGE_NAME=' + target], { -> script.sh('docker tag "$JD_ID" "$JD_TAGGED_IMAGE_NAME"') })
            return target
        }
    }

    void push() {
        push(tagOfId(), true)
    }

    void push(String tag, boolean force = true) {
        docker.onNode { ->
            String target = this.tag(tag, force)
            script.withEnv(['JD_TAGGED_IMAGE_NAME=' + target], { -> script.sh('docker push "$JD_TAGGED_IMAGE_NAME"') })
        }
    }

    private int colon() {
        int colon = id.lastIndexOf(':')
        return colon > id.lastIndexOf('/') ? colon : -1
    }

    private String withoutTag() {
        return colon() < 0 ? id : id.substring(0, colon())
    }

    private String tagOfId() {
        return colon() < 0 ? 'latest' : id.substring(colon() + 1)
    }
}

/** A running container. */
class Container implements Serializable {
    private static final long serialVersionUID = 1L

    final PipelineScript script
    final String id

    Container(PipelineScript script, String id) {
        this.script = script
        this.id = id
    }

    void stop() {
        script.withEnv(['JD_ID=' + id], { -> script.sh('docker stop "$JD_ID" && docker rm -f --volumes "$JD_ID"') })
    }

    /** Where a port of the container can be reached, as {@code 0.0.0.0:32768}. */
    String port(int port) {
        return script.withEnv(['JD_ID=' + id, 'JD_PORT=' + port], { ->
            return script.sh([script: 'docker port "$JD_ID" "$JD_PORT"', returnStdout: true]).trim()
        })
    }
}
