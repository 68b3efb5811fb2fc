package jenkinslight.runner.language;

import groovy.lang.GString;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;

/**
 * What a step takes, as the plugin's class has it: {@code steps.txt}; the same of what directives hold. Scripts are told of what doesn't fit as structs-plugin's DescribableModel
 * does it, Declarative pipelines before they run.
 */
public final class Signature {
    private static final Map<String, Signature> STEPS = read("steps.txt");
    private static final Map<String, Signature> DESCRIBABLES = read("describables.txt");

    /** Steps that refuse to be made without a script; others stumble over a null when they run. */
    private static final Set<String> SCRIPTS = Set.of("ShellStep", "BatchScriptStep", "PowershellScriptStep", "PowerShellCoreScriptStep");

    private final String type;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();

    /**
     * One parameter.
     *
     * @param type its Java type, null for one that is not checked
     * @param unnamed whether it may go without its name if it is the only one of this kind
     */
    public record Parameter(String name, Class<?> type, boolean required, boolean unnamed) {}

    private Signature(String type) {
        this.type = type;
    }

    /** The signature of a step, or null for one that is not checked. */
    public static Signature of(String step) {
        return STEPS.get(step);
    }

    /** The signature of an option, a trigger or a parameter, which may be a step too; null for one that is not checked. */
    public static Signature ofDirective(String name) {
        return DESCRIBABLES.getOrDefault(name, STEPS.get(name));
    }

    public Parameter parameter(String name) {
        return parameters.get(name);
    }

    public Collection<Parameter> parameters() {
        return parameters.values();
    }

    /** The only parameter that may go without its name; null for none. */
    public Parameter sole() {
        Parameter found = null;
        for (Parameter parameter : parameters.values()) {
            if (parameter.unnamed()) {
                if (found != null) {
                    return null;
                }
                found = parameter;
            }
        }
        return found;
    }

    /**
     * Checks the arguments of a call.
     *
     * @param warn told what is not the step's
     * @throws IllegalArgumentException a value that the step can't take, in Jenkins' words
     */
    void check(StepArguments arguments, Consumer<String> warn) {
        Map<String, Object> given = new LinkedHashMap<>(arguments.getNamed());
        if (!arguments.getPositional().isEmpty()) {
            Parameter only = sole();
            if (arguments.getPositional().size() > 1 || only == null) {
                throw new IllegalArgumentException("Expected named arguments but got "
                        + (only == null && arguments.getPositional().size() == 1 ? arguments.getPositional().get(0) : arguments.getPositional()));
            }
            given.put(only.name(), arguments.getPositional().get(0));
        }
        TreeSet<String> unknown = new TreeSet<>(given.keySet());
        unknown.removeAll(parameters.keySet());
        if (!unknown.isEmpty()) {
            warn.accept("WARNING: Unknown parameter(s) found for class type '" + type + "': " + String.join(",", unknown));
        }
        for (Parameter parameter : parameters.values()) {
            if (parameter.type() == String.class) {
                text(parameter, given);
            }
        }
        if (SCRIPTS.contains(type.substring(type.lastIndexOf('.') + 1)) && given.get("script") == null) {
            throw refused(given, new InvocationTargetException(new IllegalArgumentException()));
        }
    }

    private void text(Parameter parameter, Map<String, Object> given) {
        Object value = given.get(parameter.name());
        if (value == null || value instanceof CharSequence || value instanceof GString || value instanceof Character) {
            return;
        }
        RuntimeException cause = value instanceof Map
                ? new UnsupportedOperationException("There's no @DataBoundConstructor on any constructor of class java.lang.String")
                : new ClassCastException(type + "." + parameter.name() + " expects class java.lang.String but received " + value.getClass());
        throw refused(given, cause);
    }

    /** What structs' DescribableModel says of arguments that no step can be made of. */
    private IllegalArgumentException refused(Map<String, Object> given, Exception cause) {
        return new IllegalArgumentException("Could not instantiate " + given + " for " + type + ": " + cause, cause);
    }

    private static Map<String, Signature> read(String file) {
        Map<String, Signature> all = new HashMap<>();
        for (String line : lines(file)) {
            List<String> words = Arrays.asList(line.split(" "));
            Signature signature = new Signature(words.get(1));
            for (String word : words.subList(2, words.size())) {
                String[] nameAndType = word.split(":");
                boolean required = nameAndType[1].startsWith("*");
                boolean unnamed = required || nameAndType[1].startsWith("?");
                String typeName = unnamed ? nameAndType[1].substring(1) : nameAndType[1];
                signature.parameters.put(nameAndType[0], new Parameter(nameAndType[0], typeOf(typeName), required, unnamed));
            }
            all.put(words.get(0), signature);
        }
        return Collections.unmodifiableMap(all);
    }

    private static List<String> lines(String file) {
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(Signature.class.getResourceAsStream("/jenkinslight/runner/" + file), StandardCharsets.UTF_8))) {
            reader.lines().filter(line -> !line.startsWith("#")).forEach(lines::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    private static Class<?> typeOf(String name) {
        switch (name) {
            case "FlowDurabilityHint":
                return FlowDurabilityHint.class;
            case "String":
                return String.class;
            case "int":
                return int.class;
            case "long":
                return long.class;
            case "boolean":
                return boolean.class;
            case "Integer":
                return Integer.class;
            case "Long":
                return Long.class;
            case "Boolean":
                return Boolean.class;
            default:
                return null;
        }
    }
}
