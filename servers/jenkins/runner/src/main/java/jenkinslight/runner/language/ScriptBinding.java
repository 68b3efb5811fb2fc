package jenkinslight.runner.language;

import groovy.lang.Binding;
import groovy.lang.MissingPropertyException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/** The variables that scripts share which have one binding: they share it after a restart too, which Groovy's own can't say of itself. */
public final class ScriptBinding extends Binding implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Map<String, Object> values = new LinkedHashMap<>();

    @Override
    public Object getVariable(String name) {
        if (!values.containsKey(name)) {
            throw new MissingPropertyException(name, Binding.class);
        }
        return values.get(name);
    }

    @Override
    public void setVariable(String name, Object value) {
        values.put(name, value);
    }

    @Override
    public boolean hasVariable(String name) {
        return values.containsKey(name);
    }

    @Override
    public Map getVariables() {
        return values;
    }
}
