package jenkinslight.runner.webhook;

import java.util.List;
import java.util.Map;
import jenkinslight.runner.protocol.Json;

/** A JSON value as variables, by the Generic Webhook Trigger plugin's rules. */
final class JsonFlattener {
    private final Found found;

    JsonFlattener(Found found) {
        this.found = found;
    }

    /** Adds {@code key}, for all but texts as JSON, and the leaves of lists and objects as {@code key_0}, {@code key_name}. A null adds nothing. */
    void flatten(String key, Object value) {
        leaves(key, value);
        if (value != null) {
            whole(key, value);
        }
    }

    /** Adds {@code key} only: a text as it is, all else as JSON. */
    void whole(String key, Object value) {
        found.put(key, value instanceof String ? (String) value : gson(value));
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
            whole(key, value);
        }
    }

    /** JSON as the plugin's Gson writes it: with what means something to HTML escaped. */
    private static String gson(Object value) {
        return Json.format(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
                .replace("=", "\\u003d").replace("'", "\\u0027");
    }
}
