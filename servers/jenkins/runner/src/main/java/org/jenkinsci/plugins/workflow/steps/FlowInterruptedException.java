package org.jenkinsci.plugins.workflow.steps;

import hudson.model.Result;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import jenkins.model.CauseOfInterruption;

/**
 * An interrupted step: by a user's stop, a timeout, failFast. Jenkins' name, since scripts catch it by that. A subclass of
 * InterruptedException as there, so {@code catch (Exception e)} sees it.
 */
public class FlowInterruptedException extends InterruptedException {
    private static final long serialVersionUID = 1L;
    private final Result result;
    private final ArrayList<CauseOfInterruption> causes;
    private boolean actualInterruption;

    /** @param result what the build becomes unless the script catches this */
    public FlowInterruptedException(Result result, CauseOfInterruption... causes) {
        this(result, true, causes);
    }

    /** @param actualInterruption false for an ordinary failure that has a result */
    public FlowInterruptedException(Result result, boolean actualInterruption, CauseOfInterruption... causes) {
        this.result = result;
        this.causes = new ArrayList<>(Arrays.asList(causes));
        this.actualInterruption = actualInterruption;
    }

    /** False once a {@code timeout} around the interrupted steps was left: for what is outside it, this is an ordinary failure. */
    public boolean isActualInterruption() {
        return actualInterruption;
    }

    public void setActualInterruption(boolean actual) {
        actualInterruption = actual;
    }

    public Result getResult() {
        return result;
    }

    public List<CauseOfInterruption> getCauses() {
        return causes;
    }

    @Override
    public String getMessage() {
        return causes.stream().map(CauseOfInterruption::getShortDescription).collect(Collectors.joining(", "));
    }
}
