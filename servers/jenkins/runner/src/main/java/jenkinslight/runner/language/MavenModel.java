package jenkinslight.runner.language;

import groovy.lang.GroovyObjectSupport;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code readMavenPom} returns: behaves as Maven's own Model does in scripts, by property and by getter, at every depth
 * ({@code pom.build.plugins[0].artifactId}); what a pom doesn't say is null, an absent list is empty.
 */
public final class MavenModel extends GroovyObjectSupport implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final Set<String> LISTS = Set.of("modules", "dependencies", "licenses", "developers", "contributors", "profiles", "plugins",
            "repositories", "pluginRepositories", "exclusions", "executions", "goals", "resources", "testResources", "mailingLists");

    private final Map<String, Object> data;

    public MavenModel(Map<String, Object> data) {
        this.data = data;
    }

    /** The plain data, for the way back to the server. */
    public Map<String, Object> asMap() {
        return data;
    }

    @Override
    public Object getProperty(String name) {
        Object value = data.get(name);
        if (value == null && LISTS.contains(name)) {
            value = new ArrayList<>();
            data.put(name, value);
        } else if (value == null && name.equals("properties")) {
            value = new LinkedHashMap<>();
            data.put(name, value);
        }
        return name.equals("properties") ? value : wrap(value);
    }

    @Override
    public void setProperty(String name, Object value) {
        data.put(name, value);
    }

    @Override
    public Object invokeMethod(String name, Object args) {
        Object[] values = (Object[]) args;
        if (values.length == 0 && name.startsWith("get") && name.length() > 3) {
            return getProperty(propertyName(name));
        }
        if (values.length == 0 && (name.equals("toString") || name.equals("hashCode"))) {
            return name.equals("toString") ? (Object) toString() : (Object) hashCode();
        }
        if (values.length == 1 && name.startsWith("set") && name.length() > 3) {
            setProperty(propertyName(name), values[0]);
            return null;
        }
        return super.invokeMethod(name, args);
    }

    private static String propertyName(String accessor) {
        return Character.toLowerCase(accessor.charAt(3)) + accessor.substring(4);
    }

    private static Object wrap(Object value) {
        if (value instanceof Map) {
            return new MavenModel((Map<String, Object>) value);
        }
        if (value instanceof List) {
            List<Object> wrapped = new ArrayList<>();
            ((List<?>) value).forEach(inner -> wrapped.add(wrap(inner)));
            return wrapped;
        }
        return value;
    }

    /** As Maven's Model prints itself. */
    @Override
    public String toString() {
        return data.get("groupId") + ":" + data.get("artifactId") + ":" + data.get("packaging") + ":" + data.get("version");
    }
}
