package jenkinslight.runner.language;

import groovy.lang.GroovyInterceptable;
import groovy.lang.GroovyObjectSupport;
import java.io.Serializable;
import org.codehaus.groovy.runtime.InvokerHelper;

/**
 * The variable {@code steps}: a step called on it is the step itself, also where the script has a method of its own of that name, as with
 * Jenkins' {@code DSL}. So {@code def sh(args) { steps.sh(args) }} goes around the step. All else is the script's.
 */
public final class Steps extends GroovyObjectSupport implements GroovyInterceptable, Serializable {
    private static final long serialVersionUID = 1L;

    private final PipelineScript script;

    Steps(PipelineScript script) {
        this.script = script;
    }

    @Override
    public Object invokeMethod(String name, Object args) {
        if (script.dsl().isStep(name)) {
            return script.dsl().invoke(script, name, (Object[]) args);
        }
        return InvokerHelper.getMetaClass(script).invokeMethod(script, name, args);
    }

    @Override
    public Object getProperty(String name) {
        return script.getProperty(name);
    }

    @Override
    public void setProperty(String name, Object value) {
        script.setProperty(name, value);
    }
}
