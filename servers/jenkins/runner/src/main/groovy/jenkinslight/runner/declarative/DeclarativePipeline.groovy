package jenkinslight.runner.declarative

import jenkinslight.runner.language.ParameterDefaults
import jenkinslight.runner.language.PipelineScript

/** Runs a {@code pipeline { }} block: everything inside the agent, the post actions too; without one when the agent couldn't be had. */
class DeclarativePipeline extends Part {
    private static final long serialVersionUID = 1L

    final Stages stages

    DeclarativePipeline(PipelineScript script) {
        super(script)
        stages = new Stages(script)
    }

    Object run(Closure definition) {
        Section pipeline = read(definition)
        Section options = read(pipeline.find('options'))
        stages.pipelineOptions = options
        stages.pipelineAgent = pipeline.find('agent')
        stages.pipelineTools = stages.tools.read(pipeline.find('tools'), [:])
        announce(pipeline, options)
        Throwable first = null
        boolean postRan = false
        Closure stagesAndPost = { ->
            // An option such as retry may run all of it again.
            first = null
            try {
                stages.sequenceFrom(Restart.stage(build), read(pipeline.find('stages')).all())
            } catch (Throwable failure) {
                first = failure
            }
            postRan = true
            first = withPost(pipeline, first)
            if (first != null) {
                throw first
            }
        }
        try {
            surrounded(pipeline, options, stagesAndPost)
        } catch (Throwable failure) {
            build.worsenBy(failure)
            first = first == null ? failure : first
        }
        if (!postRan) {
            first = withPost(pipeline, first)
        }
        if (first != null) {
            throw first
        }
        return null
    }

    private Object surrounded(Section pipeline, Section options, Closure body) {
        return stages.agents.around(pipeline.find('agent'), options, false, { ->
            return stages.environments.around(pipeline.find('environment'), { ->
                return stages.options.around(options, { -> stages.tools.around(stages.pipelineTools, false, body) })
            })
        })
    }

    private Throwable withPost(Section pipeline, Throwable first) {
        try {
            stages.post.ofPipeline(pipeline.find('post'), first)
        } catch (Throwable failure) {
            return first == null ? failure : first
        }
        return first
    }

    /** Tells the server what the job is to be like from now on; parameters get their defaults in this build already. */
    private void announce(Section pipeline, Section options) {
        List parameters = read(pipeline.find('parameters')).describe()
        List triggers = read(pipeline.find('triggers')).describe()
        List forJob = stages.options.describeForJob(options)
        ParameterDefaults.apply(parameters, build)
        // Also when there are none: what an earlier build declared is taken back.
        build.send('properties', 'parameters', parameters, 'triggers', triggers, 'options', forJob)
    }
}
