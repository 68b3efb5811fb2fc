package jenkinslight.runner.language;

import java.util.List;
import java.util.Map;
import jenkinslight.runner.engine.Build;

/** The values {@code params} has before a job's first build with parameters: Jenkins gives each its definition's default. */
public final class ParameterDefaults {
    private ParameterDefaults() {}

    /** Looks into the argument of the {@code properties} step. */
    static void ofProperties(List<?> positional, Build build) {
        if (positional.isEmpty() || !(positional.get(0) instanceof List)) {
            return;
        }
        for (Object property : (List<?>) positional.get(0)) {
            if (property instanceof Map && "parameters".equals(((Map<?, ?>) property).get(Symbols.NAME))) {
                List<?> args = (List<?>) ((Map<?, ?>) property).get(Symbols.ARGS);
                if (args != null && !args.isEmpty() && args.get(0) instanceof List) {
                    apply((List<?>) args.get(0), build);
                }
            }
        }
    }

    /** Adds the defaults of parameters that the build has no value for. */
    public static void apply(List<?> definitions, Build build) {
        for (Object definition : definitions) {
            Map<?, ?> fields = (Map<?, ?>) definition;
            Object name = fields.get("name");
            if (name != null) {
                build.defaultParameter(name.toString(), defaultOf(fields));
            }
        }
    }

    private static Object defaultOf(Map<?, ?> fields) {
        Object value = fields.get("defaultValue");
        switch (String.valueOf(fields.get(Symbols.NAME))) {
            case "booleanParam":
                return value != null && Boolean.parseBoolean(value.toString());
            case "choice":
                Object choices = fields.get("choices");
                List<?> list = choices instanceof List ? (List<?>) choices : choices == null ? List.of() : List.of(choices.toString().split("\n"));
                return list.isEmpty() ? "" : String.valueOf(list.get(0));
            default:
                return value == null ? "" : value.toString();
        }
    }
}
