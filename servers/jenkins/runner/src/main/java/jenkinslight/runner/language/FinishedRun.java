package jenkinslight.runner.language;

import hudson.model.Result;
import hudson.plugins.git.GitChangeSetList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import jenkinslight.runner.engine.Build;
import org.jenkinsci.plugins.workflow.support.steps.build.RunWrapper;

/** Another build as scripts see it: {@code currentBuild.previousBuild}, or what {@code build job: …} returns, which may still run. Read only. */
public class FinishedRun extends RunWrapper {
    private static final long serialVersionUID = 1L;
    final Map<String, Object> facts;
    final Build build;

    /**
     * @param facts the fields of PROTOCOL.md's {@code currentBuild}, with {@code result}
     * @param build the running build, which asks the server for what isn't among them; null for one that has not come to a script yet
     */
    public FinishedRun(Map<String, Object> facts, Build build) {
        this.facts = facts;
        this.build = build;
    }

    /** The same for a script of that build. */
    public FinishedRun askedBy(Build running) {
        return new FinishedRun(facts, running);
    }

    private Object ask(String what) {
        return build.ask(what, getFullProjectName(), getNumber());
    }

    private FinishedRun neighbour(String which) {
        Object found = ask(which);
        return found instanceof Map ? new FinishedRun((Map<String, Object>) found, build) : null;
    }

    private Object fact(String name, Object otherwise) {
        Object value = facts.get(name);
        return value == null ? otherwise : value;
    }

    /** Null as long as it runs. */
    public String getResult() {
        refresh();
        return (String) facts.get("result");
    }

    /** What came of a build that still ran when it was last looked at. */
    private void refresh() {
        if (facts.get("result") == null && build != null) {
            Object now = ask("build");
            if (now instanceof Map) {
                facts.putAll((Map<String, Object>) now);
            }
        }
    }

    public String getCurrentResult() {
        return getResult() == null ? "SUCCESS" : getResult();
    }

    public boolean resultIsBetterOrEqualTo(String other) {
        return Result.fromString(getCurrentResult()).isBetterOrEqualTo(Result.fromString(other));
    }

    public boolean resultIsWorseOrEqualTo(String other) {
        return Result.fromString(getCurrentResult()).isWorseOrEqualTo(Result.fromString(other));
    }

    public int getNumber() {
        return ((Number) fact("number", 0)).intValue();
    }

    public String getId() {
        return String.valueOf(fact("id", getNumber()));
    }

    public String getDisplayName() {
        return String.valueOf(fact("displayName", "#" + getNumber()));
    }

    public String getDescription() {
        return (String) facts.get("description");
    }

    public String getProjectName() {
        return (String) facts.get("projectName");
    }

    public String getFullProjectName() {
        return (String) fact("fullProjectName", getProjectName());
    }

    public String getFullDisplayName() {
        return String.valueOf(fact("fullDisplayName", getFullProjectName() + " " + getDisplayName()));
    }

    public String getAbsoluteUrl() {
        return (String) facts.get("absoluteUrl");
    }

    public long getStartTimeInMillis() {
        return ((Number) fact("startTimeInMillis", 0L)).longValue();
    }

    public long getTimeInMillis() {
        return ((Number) fact("timeInMillis", getStartTimeInMillis())).longValue();
    }

    public long getDuration() {
        refresh();
        return ((Number) fact("duration", 0L)).longValue();
    }

    public String getDurationString() {
        return Spans.text(getDuration());
    }

    public boolean isKeepLog() {
        return Boolean.TRUE.equals(facts.get("keepLog"));
    }

    /** What the build put into {@code env}; its parameters are not among it. */
    public Map<String, Object> getBuildVariables() {
        refresh();
        return (Map<String, Object>) fact("buildVariables", new LinkedHashMap<>());
    }

    /** The builds whose end or whose {@code build} step started this one, the nearest first. */
    public List<FinishedRun> getUpstreamBuilds() {
        List<FinishedRun> builds = new ArrayList<>();
        ((List<?>) fact("upstreamBuilds", List.of())).forEach(run -> builds.add(new FinishedRun((Map<String, Object>) run, build)));
        return builds;
    }

    /** The build's name in Jenkins' own storage. */
    public String getExternalizableId() {
        return getFullProjectName() + "#" + getNumber();
    }

    /** @throws SecurityException always, as this build is over */
    public void setResult(Object result) {
        throw readOnly("result");
    }

    /** @throws SecurityException always, as this build is over */
    public void setDisplayName(Object name) {
        throw readOnly("displayName");
    }

    /** @throws SecurityException always, as this build is over */
    public void setDescription(Object description) {
        throw readOnly("description");
    }

    private static SecurityException readOnly(String property) {
        return new SecurityException("can only set the " + property + " property on the current build");
    }

    /** The commits since the build before, one set for each checkout that brought any. */
    public List<GitChangeSetList> getChangeSets() {
        List<GitChangeSetList> sets = new ArrayList<>();
        ((List<List<Map<String, Object>>>) ask("changes")).forEach(changes -> sets.add(new GitChangeSetList(changes)));
        return sets;
    }

    public FinishedRun getPreviousBuild() {
        return neighbour("previousBuild");
    }

    public FinishedRun getPreviousCompletedBuild() {
        return previous(result -> result != null);
    }

    public FinishedRun getPreviousBuildInProgress() {
        return previous(result -> result == null);
    }

    public FinishedRun getPreviousBuiltBuild() {
        return getPreviousBuild();
    }

    /** The last one before this that was not FAILURE. */
    public FinishedRun getPreviousNotFailedBuild() {
        return previous(result -> !"FAILURE".equals(result));
    }

    /** The last one before this that was SUCCESS or UNSTABLE, as Jenkins counts it. */
    public FinishedRun getPreviousSuccessfulBuild() {
        return previous(result -> "SUCCESS".equals(result) || "UNSTABLE".equals(result));
    }

    public FinishedRun getPreviousFailedBuild() {
        return previous("FAILURE"::equals);
    }

    private FinishedRun previous(Predicate<String> wanted) {
        FinishedRun run = getPreviousBuild();
        while (run != null && !wanted.test(run.getResult())) {
            run = run.getPreviousBuild();
        }
        return run;
    }

    public FinishedRun getNextBuild() {
        return neighbour("nextBuild");
    }

    /** Jenkins' own objects are for administrators' scripts only. */
    public Object getRawBuild() {
        throw new SecurityException("Scripts not permitted to use method org.jenkinsci.plugins.workflow.support.steps.build.RunWrapper getRawBuild");
    }
}
