package jenkinslight.runner.engine;

import hudson.model.Result;
import jenkinslight.runner.protocol.Channel;

/** How a build goes: its result, which only gets worse, and its stages. */
public abstract class BuildCourse extends BuildOutput {
    private static final long serialVersionUID = 1L;

    private Result result;
    private int lastStage;

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
        if (!(failure instanceof FailFastInterruption)) {
            worsen(Failures.result(failure));
        }
    }

    /** The result of the innermost stage only gets worse. */
    public void worsenStage(Result said) {
        if (getScope().stage() != null) {
            getScope().stage().worsen(said);
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

    /** Closes it with its status, or NOT_EXECUTED for a skipped one. */
    public void closeStage(Stage stage, boolean executed) {
        send("stage", "event", "end", "id", stage.id(), "name", stage.name(), "parent", stage.parent() == null ? null : stage.parent().id(),
                "branch", getScope().branch(), "status", executed ? stage.status().toString() : "NOT_EXECUTED");
    }
}
