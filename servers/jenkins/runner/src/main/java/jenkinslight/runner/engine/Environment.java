package jenkinslight.runner.engine;

import java.io.Serializable;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A build's environment. Order as in Jenkins: the machine's variables, then the build's own, then what {@code env.X = …} assigned, then the
 * blocks around the step ({@code withEnv}, credentials, {@code environment}) from outside in.
 */
public final class Environment implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Given anew when the build is taken up again, as are those of blocks: what the server binds may be secret. */
    private transient Map<String, String> own;
    private transient Map<Integer, Map<String, String>> blocks;
    private final Map<String, String> assigned = new LinkedHashMap<>();
    /** By block: the names of variables that hold secrets. */
    private final Map<Integer, Set<String>> sensitive = new HashMap<>();

    /**
     * @param own the build's own variables
     * @param assigned what a build that this one goes on with had assigned
     */
    Environment(Map<?, ?> own, Map<?, ?> assigned) {
        give(own);
        this.assigned.putAll(texts(assigned));
    }

    /** The build's own variables. */
    void give(Map<?, ?> variables) {
        own = texts(variables);
        blocks = new HashMap<>();
    }

    /** The variables inside a block of the server's. */
    void enter(int call, Map<?, ?> variables) {
        blocks.put(call, texts(variables));
    }

    /** Which of a block's variables hold secrets. */
    void protect(int call, Collection<?> names) {
        Set<String> texts = new TreeSet<>();
        names.forEach(name -> texts.add(String.valueOf(name)));
        sensitive.put(call, texts);
    }

    /** The names of variables that hold secrets in that scope. */
    Set<String> sensitive(Scope scope) {
        Set<String> names = new TreeSet<>();
        scope.blocks().forEach(call -> names.addAll(sensitive.getOrDefault(call, Set.of())));
        return names;
    }

    /** The block was left. */
    void leave(int call) {
        blocks.remove(call);
        sensitive.remove(call);
    }

    private static Map<String, String> texts(Map<?, ?> variables) {
        Map<String, String> texts = new LinkedHashMap<>();
        variables.forEach((name, value) -> texts.put(String.valueOf(name), value == null ? "" : String.valueOf(value)));
        return texts;
    }

    /** {@code env.NAME = value}, for the rest of the build; null unsets. */
    public void assign(String name, String value) {
        assigned.put(name, value == null ? "" : value);
    }

    /** What {@code env.X = …} assigned so far. */
    Map<String, String> assigned() {
        return Collections.unmodifiableMap(assigned);
    }

    /** All variables of a step in that scope. */
    public Map<String, String> in(Scope scope) {
        Map<String, String> all = new LinkedHashMap<>();
        scope.layers(true, blocks).forEach(layer -> override(all, layer));
        override(all, own);
        // These two are put, not overridden with: what is empty is there, and empty (workflow-step-api's EnvironmentExpander).
        own.forEach((name, value) -> all.computeIfAbsent(name, missing -> value.isEmpty() ? "" : null));
        all.putAll(assigned);
        scope.layers(false, blocks).forEach(layer -> override(all, layer));
        return all;
    }

    /** The value of a name, in any case if not in this one; null for none. */
    static String find(Map<String, String> variables, String name) {
        String exact = variables.get(name);
        return exact != null ? exact : variables.entrySet().stream().filter(each -> each.getKey().equalsIgnoreCase(name)).map(Map.Entry::getValue)
                .findFirst().orElse(null);
    }

    /** {@code NAME=value} strings, as {@code withEnv} takes them, to a layer. */
    public static Map<String, String> layer(Iterable<?> assignments) {
        Map<String, String> layer = new LinkedHashMap<>();
        for (Object assignment : assignments) {
            String text = String.valueOf(assignment);
            int equals = text.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(text);
            }
            if (equals > 0) {
                layer.put(text.substring(0, equals), text.substring(equals + 1));
            }
        }
        return layer;
    }

    /** Jenkins' rules: {@code PATH+ANY} goes before PATH, an empty value unsets. */
    private static void override(Map<String, String> all, Map<String, String> layer) {
        layer.forEach((name, value) -> {
            int plus = name.indexOf('+');
            if (plus > 0) {
                all.merge(name.substring(0, plus), value, (old, added) -> added + ":" + old);
            } else if (value == null || value.isEmpty()) {
                all.remove(name);
            } else {
                all.put(name, value);
            }
        });
    }
}
