package jenkinslight.runner.language;

import groovy.lang.GString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONValue;
import net.minidev.json.parser.JSONParser;
import net.minidev.json.parser.ParseException;
import net.sf.json.JSON;
import net.sf.json.JSONArray;
import net.sf.json.JSONException;
import net.sf.json.JSONNull;
import net.sf.json.JSONObject;
import net.sf.json.JSONSerializer;

/**
 * JSON as objects of the library whose methods scripts call in Jenkins. Jenkins' own copy of it, which is published nowhere, takes a text for
 * a text; the published one takes {@code "[1]"} for an array and {@code "null"}, once written, for none, so texts are put past it.
 */
public final class JsonObjects {
    private static final int LENIENT = JSONParser.MODE_PERMISSIVE & ~JSONParser.USE_HI_PRECISION_FLOAT;

    private JsonObjects() {}

    /** A JSONObject, a JSONArray or JSONNull. @throws JSONException the text is no JSON */
    public static JSON read(String text) {
        try {
            Object parsed = new JSONParser(LENIENT).parse(text, JSONValue.defaultReader.DEFAULT_ORDERED);
            if (parsed instanceof Map || parsed instanceof List || parsed == null && text.trim().equals("null")) {
                return of(parsed);
            }
        } catch (ParseException e) {
            throw new JSONException("Invalid JSON String: " + e.getMessage(), e);
        }
        throw new JSONException("Invalid JSON String");
    }

    /** The same as an object of the library; what is neither map nor list nor simple is the library's matter. */
    public static JSON of(Object value) {
        if (value instanceof JSON) {
            return (JSON) value;
        }
        if (value instanceof Map) {
            JSONObject object = new JSONObject();
            ((Map<?, ?>) value).forEach((key, inner) -> object.put(String.valueOf(key), texts(inner) ? "" : inner(inner)));
            for (Map.Entry<String, Object> entry : (Collection<Map.Entry<String, Object>>) object.entrySet()) {
                Object inner = ((Map<?, ?>) value).get(entry.getKey());
                if (texts(inner)) {
                    entry.setValue(inner.toString());
                }
            }
            return object;
        }
        if (value instanceof Collection) {
            JSONArray array = new JSONArray();
            ((Collection<?>) value).forEach(inner -> array.add(texts(inner) ? "" : inner(inner)));
            List<Object> elements = array.subList(0, array.size());
            int i = 0;
            for (Object inner : (Collection<?>) value) {
                if (texts(inner)) {
                    elements.set(i, inner.toString());
                }
                i++;
            }
            return array;
        }
        return value == null ? JSONNull.getInstance() : JSONSerializer.toJSON(value);
    }

    private static Object inner(Object value) {
        return value == null || value instanceof Map || value instanceof Collection ? of(value) : value;
    }

    private static boolean texts(Object value) {
        return value instanceof String || value instanceof GString;
    }

    /** The same as maps and lists of Java's. */
    public static Object plain(Object json) {
        if (isNull(json)) {
            return null;
        }
        if (json instanceof Map) {
            Map<Object, Object> map = new LinkedHashMap<>();
            ((Map<?, ?>) json).forEach((key, value) -> map.put(key, plain(value)));
            return map;
        }
        if (json instanceof Collection) {
            List<Object> list = new ArrayList<>();
            ((Collection<?>) json).forEach(value -> list.add(plain(value)));
            return list;
        }
        return json;
    }

    /** True for the library's two ways of having nothing. */
    static boolean isNull(Object json) {
        return json == null || json instanceof JSONNull || json instanceof JSONObject && ((JSONObject) json).isNullObject();
    }
}
