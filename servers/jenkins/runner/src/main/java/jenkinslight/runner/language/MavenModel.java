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

    /** What Maven's classes have where a pom says nothing: those of the model itself, and those of the kinds of objects in its lists. */
    private static final Map<String, String> OF_PROJECT = Map.of("packaging", "jar");
    private static final Map<String, Map<String, String>> OF_ENTRIES = Map.of("dependencies", Map.of("type", "jar"), "plugins",
            Map.of("groupId", "org.apache.maven.plugins"));

    private final Map<String, Object> data;
    private final Map<String, String> defaults;

    public MavenModel(Map<String, Object> data) {
        this(data, OF_PROJECT);
    }

    private MavenModel(Map<String, Object> data, Map<String, String> defaults) {
        this.data = data;
        this.defaults = defaults;
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
        if (value == null) {
            return defaults.get(name);
        }
        return name.equals("properties") ? value : wrap(value, OF_ENTRIES.getOrDefault(name, Map.of()));
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

    private static Object wrap(Object value, Map<String, String> defaults) {
        if (value instanceof Map) {
            return new MavenModel((Map<String, Object>) value, defaults);
        }
        if (value instanceof List) {
            List<Object> wrapped = new ArrayList<>();
            ((List<?>) value).forEach(inner -> wrapped.add(wrap(inner, defaults)));
            return wrapped;
        }
        return value;
    }

    /** As Maven's Model prints itself. */
    @Override
    public String toString() {
        return data.get("groupId") + ":" + data.get("artifactId") + ":" + getProperty("packaging") + ":" + data.get("version");
    }
}
