package jenkinslight.runner.steps

import jenkinslight.runner.language.PipelineScript

/** The global variable {@code docker} of the docker-workflow plugin, over the steps {@code sh} and {@code withDockerContainer}. */
class Docker implements Serializable {
    private static final long serialVersionUID = 1L

    final PipelineScript script

    Docker(PipelineScript script) {
        this.script = script
    }

    Image image(String id) {
        return new Image(script, id)
    }

    /** @param args further arguments of docker build, the context last; "." by default */
    Image build(String id, String args = '.') {
        script.sh('docker build -t ' + id + ' ' + args)
        return new Image(script, id)
    }

    Object withRegistry(String url, Closure body) {
        return script.withDockerRegistry([url: url], body)
    }

    Object withRegistry(String url, String credentialsId, Closure body) {
        return script.withDockerRegistry([url: url, credentialsId: credentialsId], body)
    }
}

/** An image by its name. */
class Image implements Serializable {
    private static final long serialVersionUID = 1L

    final PipelineScript script
    final String id

    Image(PipelineScript script, String id) {
        this.script = script
        this.id = id
    }

    String imageName() {
        return id
    }

    Object inside(Closure body) {
        return inside('', body)
    }

    /** Runs steps in a container of the image. @param args further arguments of docker run */
    Object inside(String args, Closure body) {
        return script.withDockerContainer([image: id, args: args], body)
    }

    void pull() {
        script.sh('docker pull ' + id)
    }

    void tag(String tag) {
        script.sh('docker tag ' + id + ' ' + tagged(tag))
    }

    void push() {
        script.sh('docker push ' + id)
    }

    void push(String tag) {
        this.tag(tag)
        script.sh('docker push ' + tagged(tag))
    }

    Container run(String args = '', String command = '') {
        String started = script.sh([script: ('docker run -d ' + args + ' ' + id + ' ' + command).trim(), returnStdout: true])
        return new Container(script, started.trim())
    }

    /** A container for as long as the body runs, to which it is handed. */
    Object withRun(String args = '', Closure body) {
        Container container = run(args)
        try {
            return body.call(container)
        } finally {
            container.stop()
        }
    }

    private String tagged(String tag) {
        int slash = id.lastIndexOf('/')
        int colon = id.lastIndexOf(':')
        return (colon > slash ? id.substring(0, colon) : id) + ':' + tag
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
        script.sh('docker stop ' + id + ' && docker rm -f --volumes ' + id)
    }
}
