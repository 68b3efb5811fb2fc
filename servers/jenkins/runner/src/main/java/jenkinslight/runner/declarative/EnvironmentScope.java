package jenkinslight.runner.declarative;

import groovy.lang.GroovyObjectSupport;
import groovy.lang.MissingPropertyException;
import java.io.Serializable;
import java.util.Map;
import jenkinslight.runner.language.PipelineScript;

/** Where the right-hand sides of {@code environment} look up names: the variables before them, then whatever the script sees. */
public final class EnvironmentScope extends GroovyObjectSupport implements Serializable {
    private static final long serialVersionUID = 1L;
    private final PipelineScript script;
    private final Map<String, String> before;

    /**
     * @param script the Jenkinsfile
     * @param before the block's variables so far; grows while the block is evaluated
     */
    public EnvironmentScope(PipelineScript script, Map<String, String> before) {
        this.script = script;
        this.before = before;
    }

    @Override
    public Object getProperty(String name) {
        if (before.containsKey(name)) {
            return before.get(name);
        }
        try {
            return script.getProperty(name);
        } catch (MissingPropertyException undefined) {
            // Here, unlike in steps, a name that nobody knows is null.
            return null;
        }
    }

    @Override
    public Object invokeMethod(String name, Object args) {
        if (name.equals("credentials")) {
            // Which variables hold a credential was settled when the script was compiled; here only its id matters.
            return ((Object[]) args)[0];
        }
        return script.invokeMethod(name, args);
    }
}
