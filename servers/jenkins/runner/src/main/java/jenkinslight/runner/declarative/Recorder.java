package jenkinslight.runner.declarative;

import com.cloudbees.groovy.cps.impl.CpsCallableInvocation;
import groovy.lang.GroovyObjectSupport;
import java.io.Serializable;
import java.util.List;
import jenkinslight.runner.language.PipelineScript;
import jenkinslight.runner.language.StepArguments;
import jenkinslight.runner.language.StructuralDelegate;
import org.codehaus.groovy.runtime.InvokerInvocationException;

/**
 * The delegate of every structural block: each call inside becomes a {@link Directive}, so that directives never mix with steps of
 * the same name ({@code input}, {@code timeout}). Methods the script defines are called, and its variables read.
 */
public final class Recorder extends GroovyObjectSupport implements StructuralDelegate, Serializable {
    private static final long serialVersionUID = 1L;
    private final PipelineScript script;

    public Recorder(PipelineScript script) {
        this.script = script;
    }

    @Override
    public Object invokeMethod(String name, Object args) {
        Object[] values = (Object[]) args;
        if (script.definesMethod(name, values)) {
            return call(name, values);
        }
        StepArguments arguments = new StepArguments(values);
        Directive directive = new Directive(name, arguments);
        // Not this object's own: the cells of a matrix read the same block, and their turns may end in the midst of it.
        List<Object> directives = script.dsl().build().getNotes();
        directives.removeAll(arguments.getPositional());
        directives.removeAll(arguments.getNamed().values());
        arguments.getPositional().stream().filter(List.class::isInstance).forEach(list -> directives.removeAll((List<?>) list));
        arguments.getNamed().values().stream().filter(List.class::isInstance).forEach(list -> directives.removeAll((List<?>) list));
        directives.add(directive);
        return directive;
    }

    private Object call(String name, Object[] values) {
        try {
            return script.invokeMethod(name, values);
        } catch (InvokerInvocationException wrapped) {
            // By this CPS code asks whoever runs it to call the method; Groovy takes it for a failure of the method.
            if (wrapped.getCause() instanceof CpsCallableInvocation) {
                throw (CpsCallableInvocation) wrapped.getCause();
            }
            throw wrapped;
        }
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
