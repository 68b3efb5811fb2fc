package jenkinslight.runner.declarative

import hudson.model.Result
import jenkinslight.runner.language.PipelineScript
import jenkinslight.runner.steps.Skipped

/** The section {@code stages} and what one {@code stage} does, in Jenkins' order. */
class Stages extends Part {
    private static final long serialVersionUID = 1L

    final Agents agents
    final Environments environments
    final Tools tools
    final Options options
    final Conditions conditions
    final PostActions post
    final Branches branches
    /** The pipeline's own options and tools. */
    Section pipelineOptions = new Section([])
    Map pipelineTools = [:]

    Stages(PipelineScript script) {
        super(script)
        agents = new Agents(script)
        environments = new Environments(script)
        tools = new Tools(script)
        options = new Options(script)
        conditions = new Conditions(script)
        post = new PostActions(script)
        branches = new Branches(script, this)
    }

    /** Runs stages one after the other. After a failure the others are only shown as skipped; it is raised at the end. */
    void sequence(List stages) {
        sequenceFrom(null, stages)
    }

    /** The same, with the stages before the one of a name (null for none) only shown as skipped. */
    void sequenceFrom(String name, List stages) {
        Throwable first = null
        String awaited = name
        for (stage in stages) {
            awaited = nameOf(stage) == awaited ? null : awaited
            try {
                flow.inStage(nameOf(stage), awaited == null ? bodyOf(stage, first) : skipped(stage, awaited))
            } catch (Throwable failure) {
                first = first == null ? failure : first
            }
        }
        if (first != null) {
            throw first
        }
    }

    String nameOf(Directive stage) {
        return stage.value.toString()
    }

    /** What a stage does, given the failure of an earlier one (or null). */
    Closure bodyOf(Directive stage, Throwable earlier) {
        return { ->
            if (earlier != null) {
                return skip(stage, 'skipped due to earlier failure(s)')
            }
            if (pipelineOptions.flag('skipStagesAfterUnstable') && build.result() == Result.UNSTABLE) {
                return skip(stage, 'skipped due to earlier stage(s) marking the build as unstable')
            }
            return execute(stage, read(stage.body))
        }
    }

    private Closure skipped(Directive stage, String awaited) {
        return { -> skip(stage, 'skipped due to this build restarting at stage "' + awaited + '"') }
    }

    private Object skip(Directive stage, String why) {
        build.echo('Stage "' + nameOf(stage) + '" ' + why)
        return Skipped.STAGE
    }

    /** Options, input, agent, environment, tools, and between them when, at the place its flags say. */
    Object execute(Directive stage, Section sections) {
        Section when = read(sections.find('when'))
        Section own = read(sections.find('options'))
        if (when.flag('beforeOptions') && !conditions.hold(when)) {
            return skip(stage, 'skipped due to when conditional')
        }
        return options.around(own, { ->
            if (when.flag('beforeInput') && !conditions.hold(when)) {
                return skip(stage, 'skipped due to when conditional')
            }
            return afterInput(sections.find('input'), { ->
                if (when.flag('beforeAgent') && !conditions.hold(when)) {
                    return skip(stage, 'skipped due to when conditional')
                }
                return agents.around(sections.find('agent'), checkoutOptions(own), true, { -> inAgent(stage, sections, when) })
            })
        })
    }

    private Section checkoutOptions(Section own) {
        return own.has('skipDefaultCheckout') ? own : pipelineOptions
    }

    private Object inAgent(Directive stage, Section sections, Section when) {
        boolean asked = when.flag('beforeOptions') || when.flag('beforeInput') || when.flag('beforeAgent')
        return environments.around(sections.find('environment'), { ->
            return tools.around(toolsOf(sections), true, { ->
                if (!asked && !conditions.hold(when)) {
                    return skip(stage, 'skipped due to when conditional')
                }
                return contentAndPost(stage, sections)
            })
        })
    }

    /** Branches install their tools themselves. */
    private Map toolsOf(Section sections) {
        boolean forks = sections.has('parallel') || sections.has('matrix')
        return forks ? [:] : tools.read(sections.find('tools'), pipelineTools)
    }

    private Object contentAndPost(Directive stage, Section sections) {
        Throwable first = null
        try {
            content(sections)
        } catch (Throwable failure) {
            // The build's result stays: an option such as retry may yet make good what failed.
            first = failure
        }
        try {
            post.ofStage(sections.find('post'), first)
        } catch (Throwable failure) {
            first = first == null ? failure : first
        }
        if (first != null) {
            throw first
        }
        return null
    }

    private void content(Section sections) {
        if (sections.has('steps')) {
            steps(sections.find('steps').body)
        } else if (sections.has('stages')) {
            sequence(read(sections.find('stages')).all())
        } else if (sections.has('parallel')) {
            branches.parallel(read(sections.find('parallel')).all(), failsFast(sections))
        } else {
            branches.matrix(read(sections.find('matrix')), failsFast(sections))
        }
    }

    private boolean failsFast(Section sections) {
        return sections.flag('failFast') || pipelineOptions.flag('parallelsAlwaysFailFast')
    }

    /** Asks for input, whose answers become environment: a lone parameter by its name, several each by its own. */
    Object afterInput(Directive input, Closure body) {
        if (input == null) {
            return body.call()
        }
        Section fields = read(input)
        Map arguments = [:]
        List names = []
        for (field in fields.all()) {
            if (field.name == 'parameters') {
                List described = read(field).describe()
                arguments.put('parameters', described)
                for (parameter in described) {
                    names.add(parameter.name)
                }
            } else {
                arguments.put(field.name, field.value)
            }
        }
        if (arguments.submitterParameter) {
            names.add(arguments.submitterParameter)
        }
        Object answer = step('input', [arguments])
        List variables = []
        if (answer instanceof Map) {
            for (entry in answer.entrySet()) {
                variables.add(entry.key + '=' + entry.value)
            }
        } else if (answer != null && names.size() == 1) {
            variables.add(names[0] + '=' + answer)
        }
        return variables.isEmpty() ? body.call() : step('withEnv', [variables, body])
    }
}
