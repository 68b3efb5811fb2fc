package jenkinslight.runner.declarative

import hudson.model.Result
import jenkinslight.runner.language.PipelineScript

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
    final Skipping skipping
    /** The pipeline's own agent, options and tools. */
    Directive pipelineAgent
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
        skipping = new Skipping(script, this)
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

    private Closure skipped(Directive stage, String awaited) {
        String why = 'skipped due to this build restarting at stage "' + awaited + '"'
        return { -> skipping.skip(nameOf(stage), read(stage.body), why, null) }
    }

    /** What a stage does, given the failure of an earlier one (or null). */
    Closure bodyOf(Directive stage, Throwable earlier) {
        return { ->
            Section sections = read(stage.body)
            if (earlier != null) {
                return skipping.skip(nameOf(stage), sections, 'skipped due to earlier failure(s)', earlier)
            }
            if (pipelineOptions.flag('skipStagesAfterUnstable') && build.result() == Result.UNSTABLE) {
                return skipping.skip(nameOf(stage), sections, 'skipped due to earlier stage(s) marking the build as unstable', null)
            }
            return execute(nameOf(stage), sections)
        }
    }

    /** Runs a stage unless its when forbids it; post actions of one whose stages run at once come last, outside all that is around them. */
    Object execute(String name, Section sections) {
        boolean forks = sections.has('parallel') || sections.has('matrix')
        Throwable failure = null
        boolean executed = true
        try {
            executed = conditionally(sections, forks)
        } catch (Throwable thrown) {
            failure = thrown
        }
        if (!executed) {
            return skipping.skip(name, sections, 'skipped due to when conditional', null)
        }
        if (forks) {
            failure = withPost(sections, failure)
        }
        if (failure != null) {
            throw failure
        }
        return null
    }

    /** Options, input, agent, environment, tools, and between them when, at the place its flags say. @return false for a stage not meant now */
    private boolean conditionally(Section sections, boolean forks) {
        Section when = read(sections.find('when'))
        Section own = read(sections.find('options'))
        if (when.flag('beforeOptions') && !conditions.hold(when)) {
            return false
        }
        return options.around(own, { ->
            if (when.flag('beforeInput') && !conditions.hold(when)) {
                return false
            }
            return afterInput(sections.find('input'), { ->
                if (when.flag('beforeAgent') && !conditions.hold(when)) {
                    return false
                }
                return onAgent(sections, own, forks, { -> inAgent(sections, when, forks) })
            })
        })
    }

    private Object onAgent(Section sections, Section options, boolean forks, Closure body) {
        Directive own = sections.find('agent')
        if (own == null && !forks && pipelineOptions.has('newContainerPerStage') && agents.isContainer(pipelineAgent)) {
            return agents.again(pipelineAgent, body)
        }
        return agents.around(own, checkoutOptions(options), true, body)
    }

    private Section checkoutOptions(Section own) {
        return own.has('skipDefaultCheckout') ? own : pipelineOptions
    }

    private boolean inAgent(Section sections, Section when, boolean forks) {
        boolean asked = when.flag('beforeOptions') || when.flag('beforeInput') || when.flag('beforeAgent')
        if (!asked && !conditions.hold(when)) {
            return false
        }
        environments.around(sections.find('environment'), { ->
            // Branches install their tools themselves.
            Map needed = forks ? [:] : tools.read(sections.find('tools'), pipelineTools)
            return tools.around(needed, true, { -> forks ? content(sections) : contentAndPost(sections) })
        })
        return true
    }

    private Object contentAndPost(Section sections) {
        Throwable first = null
        try {
            content(sections)
        } catch (Throwable failure) {
            // The build's result stays: an option such as retry may yet make good what failed.
            first = failure
        }
        first = withPost(sections, first)
        if (first != null) {
            throw first
        }
        return null
    }

    private Throwable withPost(Section sections, Throwable first) {
        try {
            post.ofStage(sections.find('post'), first)
        } catch (Throwable failure) {
            return first == null ? failure : first
        }
        return first
    }

    private void content(Section sections) {
        if (sections.has('steps')) {
            needingNode(sections.find('steps').body)
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
