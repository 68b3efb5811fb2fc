package jenkinslight.runner.engine;

import hudson.model.Result;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A running stage, for the stage view and for what {@code catchError(stageResult: …)} means. */
public final class Stage implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String id;
    private final String name;
    private final Stage parent;
    private Result status = Result.SUCCESS;
    private boolean skipped;
    private Result warning = Result.SUCCESS;

    Stage(String id, String name, Stage parent) {
        this.id = id;
        this.name = name;
        this.parent = parent;
    }

    public String id() {
        return id;
    }

    public String name() {
        return name;
    }

    public Stage parent() {
        return parent;
    }

    /** The worst that was said of this stage so far. */
    public Result status() {
        return status;
    }

    /** Makes the status worse, never better. */
    public void worsen(Result result) {
        status = status.combine(result);
    }

    /** The worst that a step such as {@code unstable} or {@code catchError} said of this stage or of one inside it. */
    public Result warning() {
        return warning;
    }

    boolean isSkipped() {
        return skipped;
    }

    /** The script says that this stage did nothing. */
    void skip() {
        skipped = true;
    }

    /** A step says that this stage went no better than this. */
    void warn(Result result) {
        worsen(result);
        for (Stage stage = this; stage != null; stage = stage.parent) {
            stage.warning = stage.warning.combine(result);
        }
    }

    /** Names from the outermost stage in. */
    static List<String> names(Stage innermost) {
        List<String> names = new ArrayList<>();
        for (Stage s = innermost; s != null; s = s.parent) {
            names.add(s.name);
        }
        Collections.reverse(names);
        return names;
    }
}
