package jenkinslight.runner.declarative;

import groovy.lang.Closure;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jenkinslight.runner.language.StepArguments;
import jenkinslight.runner.language.Symbols;

/** One call inside a structural block: {@code label 'x'}, {@code stage('a') { … }}. */
public final class Directive implements Serializable {
    private static final long serialVersionUID = 1L;
    private final String name;
    private final StepArguments arguments;

    Directive(String name, StepArguments arguments) {
        this.name = name;
        this.arguments = arguments;
    }

    public String getName() {
        return name;
    }

    public StepArguments getArguments() {
        return arguments;
    }

    /** The first unnamed argument, or null. */
    public Object getValue() {
        return arguments.getPositional().isEmpty() ? null : arguments.getPositional().get(0);
    }

    public Closure getBody() {
        return arguments.getBody();
    }

    /** As a describable for the server; directives among its arguments too. */
    public Map<String, Object> describe() {
        Map<String, Object> described = Symbols.describe(name, arguments);
        described.replaceAll((key, value) -> described(value));
        return described;
    }

    private static Object described(Object value) {
        if (value instanceof Directive) {
            return ((Directive) value).describe();
        }
        if (value instanceof List) {
            List<Object> list = new ArrayList<>();
            ((List<?>) value).forEach(item -> list.add(described(item)));
            return list;
        }
        return value;
    }
}
