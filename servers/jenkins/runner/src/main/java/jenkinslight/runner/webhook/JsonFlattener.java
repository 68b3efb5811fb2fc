package jenkinslight.runner.webhook;

import java.util.List;
import java.util.Map;
import jenkinslight.runner.protocol.Json;

/** A JSON value as variables, by the Generic Webhook Trigger plugin's rules. */
final class JsonFlattener {
    private final Map<String, String> variables;
    private final String regexpFilter;

    /**
     * @param variables where the variables go
     * @param regexpFilter what is taken out of each value
     */
    JsonFlattener(Map<String, String> variables, String regexpFilter) {
        this.variables = variables;
        this.regexpFilter = regexpFilter;
    }

    /** Adds {@code key}, for lists and objects as JSON text, and their leaves as {@code key_0}, {@code key_name}. A null adds nothing. */
    void flatten(String key, Object value) {
        leaves(key, value);
        if (value instanceof List || value instanceof Map) {
            put(key, Json.format(value));
        }
    }

    private void leaves(String key, Object value) {
        if (value instanceof List) {
            int index = 0;
            for (Object item : (List<?>) value) {
                leaves(key + "_" + index++, item);
            }
        } else if (value instanceof Map) {
            ((Map<?, ?>) value).forEach((name, item) -> leaves(key + "_" + name, item));
        } else if (value != null) {
            put(key, value.toString());
        }
    }

    private void put(String key, String value) {
        variables.put(variableName(key), filter(value, regexpFilter));
    }

    /** No white space and no hyphens: shells couldn't name such a variable. */
    static String variableName(String key) {
        return key.replaceAll("\\s", "_").replace('-', '_');
    }

    static String filter(String value, String regexpFilter) {
        return regexpFilter == null || regexpFilter.isEmpty() ? value : value.replaceAll(regexpFilter, "");
    }
}
