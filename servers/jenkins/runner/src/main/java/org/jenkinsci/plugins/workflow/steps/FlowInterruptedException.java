package org.jenkinsci.plugins.workflow.steps;

import hudson.model.Result;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * An interrupted step: by a user's stop, a timeout, failFast. Jenkins' name, since scripts catch it by that. A subclass of
 * InterruptedException as there, so {@code catch (Exception e)} sees it.
 */
public class FlowInterruptedException extends InterruptedException {
    private static final long serialVersionUID = 1L;
    private final String result;
    private final String cause;
    private boolean actualInterruption = true;

    /**
     * @param result what the build becomes unless the script catches this, a name of {@link Result}
     * @param cause the text Jenkins shows, "Timeout has been exceeded"
     */
    public FlowInterruptedException(String result, String cause) {
        super(cause);
        this.result = result;
        this.cause = cause;
    }

    /** False once a {@code timeout} around the interrupted steps was left: for what is outside it, this is an ordinary failure. */
    public boolean isActualInterruption() {
        return actualInterruption;
    }

    public void setActualInterruption(boolean actual) {
        actualInterruption = actual;
    }

    public Result getResult() {
        return Result.fromString(result);
    }

    /** What interrupted, as text; Jenkins has objects with {@code getShortDescription()} here. */
    public List<Interruption> getCauses() {
        return new ArrayList<>(List.of(new Interruption(cause)));
    }

    /** One cause of an interruption. */
    public static final class Interruption implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String description;

        Interruption(String description) {
            this.description = description;
        }

        public String getShortDescription() {
            return description;
        }
    }
}
