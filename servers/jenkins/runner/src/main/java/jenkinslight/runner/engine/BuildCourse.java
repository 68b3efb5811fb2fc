package jenkinslight.runner.engine;

import hudson.model.Result;
import jenkinslight.runner.protocol.Channel;

/** How a build goes: its result, which only gets worse, and its stages. */
public abstract class BuildCourse extends BuildOutput {
    private static final long serialVersionUID = 1L;

    private Result result;
    private int lastStage;
    /** The stage without a block that goes on, or null. */
    private Stage marked;

    BuildCourse(Channel channel) {
        super(channel);
    }

    /** What was said of the result so far, null for nothing. */
    public Result result() {
        return result;
    }

    public Result currentResult() {
        return result == null ? Result.SUCCESS : result;
    }

    /** The result only gets worse, as in Jenkins. */
    public void worsen(Result said) {
        if (result == null || said.isWorseThan(result)) {
            result = said;
            set("result", said.toString());
        }
    }

    /** Lets the script see a result for a while, better ones too; nobody else is told. */
    public void show(Result seen) {
        result = seen;
    }

    /** As an exception that ends a stage worsens it, at once rather than at the build's end. */
    public void worsenBy(Throwable failure) {
        if (!Interruptions.isFailFast(failure)) {
            worsen(Failures.result(failure));
        }
    }

    /** The result of the innermost stage only gets worse. */
    public void worsenStage(Result said) {
        if (getScope().stage() != null) {
            getScope().stage().warn(said);
        }
    }

    /** Tells the server of a change of {@code currentBuild}. */
    public void set(String field, Object value) {
        send("set", "field", field, "value", value);
    }

    /** Opens a stage inside the current one. The caller enters it by {@link Scope#withStage}. */
    public Stage openStage(String name) {
        Stage parent = getScope().stage();
        Stage stage = new Stage(String.valueOf(++lastStage), name, parent);
        send("stage", "event", "start", "id", stage.id(), "name", name, "parent", parent == null ? null : parent.id(), "branch",
                getScope().branch(), "status", null);
        return stage;
    }

    /** Begins a stage that lasts until the next one or the build's end; null only ends the one before. In branches and stages it is none. */
    public void mark(String name) {
        if (getScope().stage() == null && getScope().branch() == null) {
            if (marked != null) {
                closeStage(marked, true);
            }
            marked = name == null ? null : openStage(name);
        }
    }

    /** The build is over: with it the stage without a block. */
    void endMarked(Throwable failure) {
        if (marked != null && failure != null) {
            marked.worsen(Failures.result(failure));
        }
        mark(null);
    }

    /** Shows a stage around the running code as one that did not run. */
    public void skip(String name) {
        for (Stage stage = getScope().stage(); stage != null; stage = stage.parent()) {
            if (stage.name().equals(name)) {
                stage.skip();
            }
        }
    }

    /** Closes it with its status, or NOT_EXECUTED for a skipped one. */
    public void closeStage(Stage stage, boolean executed) {
        send("stage", "event", "end", "id", stage.id(), "name", stage.name(), "parent", stage.parent() == null ? null : stage.parent().id(),
                "branch", getScope().branch(), "status", executed && !stage.isSkipped() ? stage.status().toString() : "NOT_EXECUTED");
    }
}
