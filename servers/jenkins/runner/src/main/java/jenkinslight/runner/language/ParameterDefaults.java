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
            if (property instanceof Map) {
                Object definitions = definitions((Map<?, ?>) property);
                if (definitions instanceof List) {
                    apply((List<?>) definitions, build);
                }
            }
        }
    }

    /** The list in {@code parameters([…])} or {@code [$class: 'ParametersDefinitionProperty', parameterDefinitions: […]]}. */
    private static Object definitions(Map<?, ?> property) {
        if ("ParametersDefinitionProperty".equals(property.get("$class"))) {
            return property.get("parameterDefinitions");
        }
        List<?> args = "parameters".equals(property.get(Symbols.NAME)) ? (List<?>) property.get(Symbols.ARGS) : null;
        return args == null || args.isEmpty() ? null : args.get(0);
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
        Object type = fields.containsKey(Symbols.NAME) ? fields.get(Symbols.NAME) : fields.get("$class");
        switch (String.valueOf(type)) {
            case "BooleanParameterDefinition":
            case "booleanParam":
                return value != null && Boolean.parseBoolean(value.toString());
            case "ChoiceParameterDefinition":
            case "choice":
                Object choices = fields.get("choices");
                List<?> list = choices instanceof List ? (List<?>) choices : choices == null ? List.of() : List.of(choices.toString().split("\n"));
                return list.isEmpty() ? "" : String.valueOf(list.get(0));
            default:
                return value == null ? "" : value.toString();
        }
    }
}
