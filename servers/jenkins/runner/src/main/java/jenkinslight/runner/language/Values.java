package jenkinslight.runner.language;

import hudson.plugins.git.BranchSpec;
import hudson.plugins.git.GitSCM;
import hudson.plugins.git.UserRemoteConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jenkins.plugins.http_request.ResponseContentSupplier;
import org.jenkinsci.plugins.pipeline.utility.steps.fs.FileWrapper;

/** Values on their way between scripts and the server. */
public final class Values {
    /** Marks an object of more than plain JSON, in both directions. */
    public static final String TYPE = "@type";

    private Values() {}

    /** JSON as the server sent it to what a script sees: maps keep their order, typed objects get their class. */
    public static Object fromServer(Object json) {
        if (json instanceof Map) {
            Map<String, Object> map = new LinkedHashMap<>();
            ((Map<?, ?>) json).forEach((key, value) -> map.put(String.valueOf(key), fromServer(value)));
            return typed(map);
        }
        if (json instanceof Collection) {
            List<Object> list = new ArrayList<>();
            ((Collection<?>) json).forEach(value -> list.add(fromServer(value)));
            return list;
        }
        return json;
    }

    private static Object typed(Map<String, Object> map) {
        Object type = map.get(TYPE);
        if ("model".equals(type)) {
            map.remove(TYPE);
            return new MavenModel(map);
        }
        if ("run".equals(type)) {
            map.remove(TYPE);
            return new FinishedRun(map, null);
        }
        if ("file".equals(type)) {
            return new FileWrapper(map);
        }
        if ("files".equals(type)) {
            return ((List<?>) map.get("files")).toArray(new FileWrapper[0]);
        }
        if ("object".equals(type)) {
            return new Fields((Map<String, Object>) map.get("fields"), String.valueOf(map.get("text")));
        }
        if ("response".equals(type)) {
            return new ResponseContentSupplier((Map<String, Object>) map.get("fields"), String.valueOf(map.get("text")));
        }
        return map;
    }

    /** A script's value to plain JSON values: GStrings become strings, what has no JSON form its text. */
    public static Object toServer(Object value) {
        if (JsonObjects.isNull(value)) {
            return null;
        }
        if (value instanceof String || value instanceof Boolean || value instanceof Integer || value instanceof Long
                || value instanceof Double) {
            return value;
        }
        if (value instanceof Map) {
            Map<String, Object> map = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((key, inner) -> map.put(String.valueOf(key), toServer(inner)));
            return map;
        }
        if (value instanceof Collection) {
            List<Object> list = new ArrayList<>();
            ((Collection<?>) value).forEach(inner -> list.add(toServer(inner)));
            return list;
        }
        if (value instanceof Object[]) {
            return toServer(Arrays.asList((Object[]) value));
        }
        if (value instanceof MavenModel) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put(TYPE, "model");
            map.putAll((Map<String, Object>) toServer(((MavenModel) value).asMap()));
            return map;
        }
        if (value instanceof GitSCM) {
            return toServer(((GitSCM) value).asMap());
        }
        if (value instanceof UserRemoteConfig) {
            return toServer(((UserRemoteConfig) value).asMap());
        }
        if (value instanceof BranchSpec) {
            return Map.of("name", ((BranchSpec) value).getName());
        }
        return value instanceof Number ? plainNumber((Number) value) : value.toString();
    }

    private static Number plainNumber(Number number) {
        double asDouble = number.doubleValue();
        return asDouble == number.longValue() ? (Number) number.longValue() : (Number) asDouble;
    }
}
