package jenkinslight.runner.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;
import net.minidev.json.parser.JSONParser;
import net.minidev.json.parser.ParseException;

/** JSON text and plain Java values: LinkedHashMap, List, String, Number, Boolean, null. */
public final class Json {
    /** Only what JSON demands is escaped; json-smart's default leaves quotes out. */
    private static final JSONStyle STYLE = new JSONStyle(JSONStyle.FLAG_PROTECT_4WEB);

    private Json() {}

    /** Parses one document; objects keep their order. */
    public static Object parse(String text) throws ParseException {
        return new JSONParser(JSONParser.MODE_RFC4627 | JSONParser.USE_INTEGER_STORAGE)
                .parse(text, JSONValue.defaultReader.DEFAULT_ORDERED);
    }

    /** Writes a value on one line. */
    public static String format(Object value) {
        StringBuilder out = new StringBuilder();
        try {
            JSONValue.writeJSONString(value, out, STYLE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    /** A message from alternating names and values, in that order. */
    public static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
