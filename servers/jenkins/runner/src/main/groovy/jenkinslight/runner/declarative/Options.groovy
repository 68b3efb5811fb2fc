package jenkinslight.runner.declarative

import jenkinslight.runner.language.PipelineScript

/** The directive {@code options}: those that are block steps go around what they govern, the others are the job's or flags. */
class Options extends Part {
    private static final long serialVersionUID = 1L

    Options(PipelineScript script) {
        super(script)
    }

    Object around(Section options, Closure body) {
        List wrappers = []
        for (option in options.all()) {
            if (script.dsl().isWrapper(option.name)) {
                wrappers.add(option)
            }
        }
        return wrap(wrappers, body)
    }

    private Object wrap(List wrappers, Closure body) {
        if (wrappers.isEmpty()) {
            return body.call()
        }
        Directive first = wrappers[0]
        List rest = wrappers.subList(1, wrappers.size()).collect { it }
        List arguments = []
        if (!first.arguments.named.isEmpty()) {
            arguments.add(new LinkedHashMap(first.arguments.named))
        }
        arguments.addAll(first.arguments.positional)
        arguments.add({ -> wrap(rest, body) })
        return step(first.name, arguments)
    }

    /** What the job itself is told: everything that is no wrapper. */
    List describeForJob(Section options) {
        List described = []
        for (option in options.all()) {
            if (!script.dsl().isWrapper(option.name)) {
                described.add(option.describe())
            }
        }
        return described
    }
}
