package jenkinslight.runner.engine;

import com.cloudbees.groovy.cps.Outcome;
import groovy.lang.Closure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code parallel}: a head for each branch; the forking head goes on when all have ended, with their values or the first failure. */
public final class Fork extends Suspension {
    private static final long serialVersionUID = 1L;

    private final Map<String, Closure> branches;
    private final boolean failFast;
    private final List<Head> running = new ArrayList<>();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private Head forking;
    private Throwable firstFailure;

    /**
     * @param branches name to body
     * @param failFast whether the first failure interrupts the other branches
     */
    public Fork(Map<String, Closure> branches, boolean failFast) {
        this.branches = branches;
        this.failFast = failFast;
    }

    @Override
    void begin(Scheduler scheduler, Head head) {
        forking = head;
        branches.forEach((name, body) -> {
            values.put(name, null);
            Head branch = Head.branch(name, body, this, head.scope);
            running.add(branch);
        });
        if (running.isEmpty()) {
            scheduler.resume(head, new Outcome(values, null));
        }
        new ArrayList<>(running).forEach(scheduler::add);
    }

    @Override
    void interrupt(Scheduler scheduler, Head head) {
        // The branches are interrupted themselves; their failure becomes the fork's.
        head.interruption = null;
        new ArrayList<>(running).forEach(branch -> scheduler.interrupt(branch, head.lastInterruption));
    }

    /** A branch has ended. */
    void ended(Scheduler scheduler, Head branch, Outcome outcome) {
        running.remove(branch);
        if (outcome.isSuccess()) {
            values.put(branch.name, outcome.getNormal());
        } else if (firstFailure == null) {
            firstFailure = outcome.getAbnormal();
            if (failFast) {
                new ArrayList<>(running).forEach(other ->
                        scheduler.interrupt(other, Interruptions.failFast(branch.name)));
            }
        } else if (firstFailure != outcome.getAbnormal()) {
            firstFailure.addSuppressed(outcome.getAbnormal());
        }
        if (running.isEmpty()) {
            scheduler.resume(forking, firstFailure == null ? new Outcome(values, null) : new Outcome(null, firstFailure));
        }
    }
}
