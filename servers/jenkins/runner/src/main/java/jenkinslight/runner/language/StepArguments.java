package jenkinslight.runner.language;

import groovy.lang.Closure;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The arguments of a step's call, sorted as Jenkins does: named ones, unnamed ones, the block. */
public final class StepArguments implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Map<String, Object> named = new LinkedHashMap<>();
    private final List<Object> positional = new ArrayList<>();
    private Closure body;

    public StepArguments(Object... args) {
        List<Object> rest = new ArrayList<>(Arrays.asList(args));
        if (!rest.isEmpty() && rest.get(rest.size() - 1) instanceof Closure) {
            body = (Closure) rest.remove(rest.size() - 1);
        }
        if (!rest.isEmpty() && rest.get(0) instanceof Map && !isDescribable((Map<?, ?>) rest.get(0))) {
            ((Map<?, ?>) rest.remove(0)).forEach((key, value) -> named.put(String.valueOf(key), value));
        }
        positional.addAll(rest);
    }

    /** {@code [$class: 'GitSCM', …]} and {@code scmGit(…)} are values, not named arguments. */
    private static boolean isDescribable(Map<?, ?> map) {
        return map.containsKey("$class") || map.containsKey(Symbols.NAME);
    }

    public Map<String, Object> getNamed() {
        return named;
    }

    public List<Object> getPositional() {
        return positional;
    }

    /** The block, or null. */
    public Closure getBody() {
        return body;
    }

    /** The argument of that name, or the first unnamed one, or the default. */
    public Object get(String name, Object otherwise) {
        if (named.containsKey(name)) {
            return named.get(name);
        }
        return positional.isEmpty() ? otherwise : positional.get(0);
    }

    /** The argument of that name, never an unnamed one, or the default. */
    public Object named(String name, Object otherwise) {
        return named.getOrDefault(name, otherwise);
    }

    /** As {@link #get}, as text; null stays null. */
    public String text(String name) {
        Object value = get(name, null);
        return value == null ? null : value.toString();
    }
}
