package jenkinslight.runner.declarative;

import groovy.lang.GroovyObjectSupport;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import jenkinslight.runner.language.PipelineScript;
import jenkinslight.runner.language.StepArguments;
import jenkinslight.runner.language.StructuralDelegate;

/**
 * The delegate of every structural block: each call inside becomes a {@link Directive}, so that directives never mix with steps of
 * the same name ({@code input}, {@code timeout}). Methods the script defines are called, and its variables read.
 */
public final class Recorder extends GroovyObjectSupport implements StructuralDelegate, Serializable {
    private static final long serialVersionUID = 1L;
    private final PipelineScript script;
    private final List<Directive> directives = new ArrayList<>();

    public Recorder(PipelineScript script) {
        this.script = script;
    }

    /** What was called, in order. */
    public List<Directive> recorded() {
        return directives;
    }

    @Override
    public Object invokeMethod(String name, Object args) {
        Object[] values = (Object[]) args;
        if (script.definesMethod(name, values)) {
            return script.invokeMethod(name, values);
        }
        StepArguments arguments = new StepArguments(values);
        Directive directive = new Directive(name, arguments);
        directives.removeAll(arguments.getPositional());
        directives.removeAll(arguments.getNamed().values());
        arguments.getPositional().stream().filter(List.class::isInstance).forEach(list -> directives.removeAll((List<?>) list));
        arguments.getNamed().values().stream().filter(List.class::isInstance).forEach(list -> directives.removeAll((List<?>) list));
        directives.add(directive);
        return directive;
    }

    @Override
    public Object getProperty(String name) {
        // agent any, agent none
        return name.equals("any") || name.equals("none") ? name : script.getProperty(name);
    }

    @Override
    public void setProperty(String name, Object value) {
        throw new IllegalStateException("Expected a directive, not an assignment to " + name);
    }
}
