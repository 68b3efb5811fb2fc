package jenkinslight.runner.language;

import hudson.model.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import jenkinslight.runner.engine.Build;
import net.sf.json.JSONArray;

/** The global variable {@code currentBuild}. Every change goes to the server at once. */
public final class CurrentBuild extends FinishedRun {
    private static final long serialVersionUID = 1L;

    public CurrentBuild(Build build, Map<String, Object> facts) {
        super(facts, build);
    }

    /** Null as long as nothing was said, as in Jenkins. */
    @Override
    public String getResult() {
        return build.result() == null ? null : build.result().toString();
    }

    /** Only ever gets worse. */
    @Override
    public void setResult(Object result) {
        build.worsen(Result.fromString(String.valueOf(Objects.requireNonNull(result))));
    }

    @Override
    public void setDisplayName(Object name) {
        change("displayName", String.valueOf(name));
    }

    @Override
    public void setDescription(Object description) {
        change("description", description == null ? null : String.valueOf(description));
    }

    public void setKeepLog(boolean keep) {
        change("keepLog", keep);
    }

    private void change(String field, Object value) {
        facts.put(field, value);
        build.set(field, value);
    }

    @Override
    public long getDuration() {
        return getStartTimeInMillis() == 0 ? 0 : System.currentTimeMillis() - getStartTimeInMillis();
    }

    @Override
    public String getDurationString() {
        return super.getDurationString() + " and counting";
    }

    @Override
    public Map<String, Object> getBuildVariables() {
        return new LinkedHashMap<>(build.assigned());
    }

    /** As the remote API tells them. */
    public JSONArray getBuildCauses() {
        List<Object> causes = new ArrayList<>();
        build.causes().forEach(cause -> causes.add(withJenkinsName((Map<String, Object>) cause)));
        return (JSONArray) JsonObjects.of(causes);
    }

    /** The causes of one class, by its full name. */
    public JSONArray getBuildCauses(String className) {
        JSONArray causes = getBuildCauses();
        causes.removeIf(cause -> !className.equals(((Map<?, ?>) cause).get("_class")));
        return causes;
    }

    /** The causes of one class. */
    public JSONArray getBuildCauses(Class<?> type) {
        return getBuildCauses(type.getName());
    }

    private static Map<String, Object> withJenkinsName(Map<String, Object> cause) {
        Map<String, Object> named = new LinkedHashMap<>();
        named.put("_class", cause.get("class"));
        cause.forEach((key, value) -> {
            if (!key.equals("class")) {
                named.put(key, value);
            }
        });
        return named;
    }
}
