package jenkinslight.runner.language;

import groovy.lang.GroovyObjectSupport;
import groovy.lang.MissingPropertyException;
import java.io.Serializable;
import java.util.Map;

/**
 * A step's result with named parts, as plugins return them: a file of {@code findFiles}, an answer of {@code httpRequest}. Parts are read as
 * properties or by getters ({@code file.name}, {@code file.getName()}, {@code file.isDirectory()}); as text it is what the plugin's class says.
 */
public class Fields extends GroovyObjectSupport implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Map<String, Object> data;
    private final String text;

    protected Fields(Map<String, Object> data, String text) {
        this.data = data;
        this.text = text;
    }

    @Override
    public Object getProperty(String name) {
        if (!data.containsKey(name)) {
            throw new MissingPropertyException(name, getClass());
        }
        return data.get(name);
    }

    @Override
    public Object invokeMethod(String name, Object args) {
        if (((Object[]) args).length == 0) {
            if (name.equals("toString")) {
                return text;
            }
            if (name.equals("close")) {
                return null;
            }
            int prefix = name.startsWith("get") ? 3 : name.startsWith("is") ? 2 : name.length();
            if (name.length() > prefix) {
                return getProperty(Character.toLowerCase(name.charAt(prefix)) + name.substring(prefix + 1));
            }
        }
        return super.invokeMethod(name, args);
    }

    @Override
    public String toString() {
        return text;
    }
}
