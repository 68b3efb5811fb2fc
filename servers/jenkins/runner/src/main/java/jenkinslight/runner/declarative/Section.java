package jenkinslight.runner.declarative;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The directives of one block, in order, to be found by name. */
public final class Section implements Serializable {
    private static final long serialVersionUID = 1L;
    private final List<Directive> directives;

    public Section(List<Directive> directives) {
        this.directives = directives;
    }

    public List<Directive> all() {
        return directives;
    }

    /** Those of that name. */
    public List<Directive> all(String name) {
        List<Directive> found = new ArrayList<>(directives);
        found.removeIf(directive -> !directive.getName().equals(name));
        return found;
    }

    /** The one of that name, or null. */
    public Directive find(String name) {
        return directives.stream().filter(directive -> directive.getName().equals(name)).findFirst().orElse(null);
    }

    public boolean has(String name) {
        return find(name) != null;
    }

    /** The value of a flag such as {@code failFast true}; a bare {@code flag()} means true. */
    public boolean flag(String name) {
        Directive directive = find(name);
        return directive != null && (directive.getValue() == null || Boolean.parseBoolean(directive.getValue().toString()));
    }

    /** The value of {@code name 'value'} as text, or null. */
    public String text(String name) {
        Directive directive = find(name);
        return directive == null || directive.getValue() == null ? null : directive.getValue().toString();
    }

    /** All as describables for the server. */
    public List<Map<String, Object>> describe() {
        List<Map<String, Object>> described = new ArrayList<>();
        directives.forEach(directive -> described.add(directive.describe()));
        return described;
    }
}
