package jenkinslight.runner.declarative

import jenkinslight.runner.engine.Scope
import jenkinslight.runner.language.PipelineScript

/** The directive {@code environment}: plain variables, and credentials (marked by {@link EnvironmentRewriter}) which the server binds. */
class Environments extends Part {
    private static final long serialVersionUID = 1L

    Environments(PipelineScript script) {
        super(script)
    }

    /** Runs a body in the environment of a section's directive, if it has one. */
    Object around(Directive environment, Closure body) {
        Section variables = read(environment)
        List bindings = []
        List plain = []
        for (variable in variables.all()) {
            if (variable.arguments.positional.size() > 1) {
                Object id = valueOf(variable, [:])
                bindings.add([('$symbol'): 'declarativeCredentials', variable: variable.value, credentialsId: id.toString()])
            } else {
                plain.add(variable)
            }
        }
        Closure withPlain = plain.isEmpty() ? body : { -> step('withEnv', [evaluate(plain), body]) }
        return bindings.isEmpty() ? withPlain.call() : step('withCredentials', [bindings, withPlain])
    }

    /** The assignments, each seeing those before it, by name and through {@code env}. */
    List evaluate(List variables) {
        Map values = new LinkedHashMap()
        Scope outer = build.scope
        build.scope = outer.withEnv(values)
        try {
            for (variable in variables) {
                Object value = plainValueOf(variable, values)
                values.put(variable.value, value == null ? 'null' : value.toString())
            }
        } finally {
            build.scope = outer
        }
        List assignments = []
        for (value in values.entrySet()) {
            assignments.add(value.key + '=' + value.value)
        }
        return assignments
    }

    /** A value that stumbles over a null is told by the variable's name alone. */
    Object plainValueOf(Directive variable, Map before) {
        try {
            return valueOf(variable, before)
        } catch (NullPointerException e) {
            throw new IllegalArgumentException('One or more variables have some issues with their values: ' + variable.value)
        }
    }

    Object valueOf(Directive variable, Map before) {
        Closure expression = variable.body
        expression.delegate = new EnvironmentScope(script, before)
        expression.resolveStrategy = Closure.DELEGATE_ONLY
        return expression.call()
    }
}
