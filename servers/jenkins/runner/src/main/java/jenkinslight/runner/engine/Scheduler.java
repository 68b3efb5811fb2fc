package jenkinslight.runner.engine;

import com.cloudbees.groovy.cps.Continuable;
import com.cloudbees.groovy.cps.Outcome;
import groovy.lang.Script;
import hudson.model.Result;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jenkinslight.runner.language.MetaClassLedger;
import jenkinslight.runner.language.Mismatches;
import jenkinslight.runner.language.SerializableIterators;
import jenkinslight.runner.language.Spans;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution;

/**
 * Runs a build's heads, one at a time, each until it suspends. Not thread-safe: the build's mailbox calls it. All of a build hangs on
 * this object and is serialisable.
 */
final class Scheduler implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final List<Class> CATEGORIES = new ArrayList<>(Continuable.categories);

    static {
        CATEGORIES.add(SerializableIterators.class);
    }

    private final Build build;
    private final List<Head> heads = new ArrayList<>();
    private final ArrayDeque<Head> ready = new ArrayDeque<>();
    private final Map<Integer, Head> calls = new HashMap<>();
    private int lastCall;
    private transient Head running;

    Scheduler(Build build) {
        this.build = build;
    }

    Build build() {
        return build;
    }

    /** The head whose code runs at the moment. */
    Head running() {
        return running;
    }

    void start(Script script) {
        add(Head.main(script));
    }

    void add(Head head) {
        heads.add(head);
        ready.add(head);
    }

    int nextCall() {
        return ++lastCall;
    }

    void expectReply(int call, Head head) {
        calls.put(call, head);
    }

    /** Ids of the calls without a reply yet. */
    List<Integer> pendingCalls() {
        return new ArrayList<>(calls.keySet());
    }

    /** Hands a server's reply to the step that waits for it; a late one is dropped. */
    void reply(int call, Map<String, Object> reply) {
        Head head = calls.remove(call);
        if (head != null && head.waiting() instanceof ServerCall) {
            resume(head, ((ServerCall) head.waiting()).outcome(build, reply));
        }
    }

    /** The head's wait is over. */
    void resume(Head head, Outcome outcome) {
        head.wake(outcome);
        ready.add(head);
    }

    /**
     * Raises, in the head that was made last, what keeps the state from being kept: not surely the one to blame, but Jenkins' guess too. What it
     * waited for is not asked for any more.
     */
    void fail(Throwable failure) {
        Head head = heads.get(heads.size() - 1);
        calls.values().remove(head);
        resume(head, new Outcome(null, failure));
    }

    /** Takes up what the heads wait for, in a new JVM: first the limits around them, then the waits, in the order in which they began. */
    void takeUp() {
        Set<Deadline> deadlines = new LinkedHashSet<>();
        heads.forEach(head -> deadlines.addAll(head.scope.deadlines()));
        deadlines.forEach(this::takeUp);
        List<Head> waiting = new ArrayList<>(heads);
        waiting.removeIf(head -> head.waiting() == null);
        waiting.sort(Comparator.comparingInt(head -> head.waiting() instanceof ServerCall ? ((ServerCall) head.waiting()).id() : 0));
        waiting.forEach(head -> head.waiting().takeUp(this, head));
    }

    /** Starts the clock of a {@code timeout}, which interrupts what runs within it. */
    void start(Deadline deadline) {
        deadline.arm(build.later(Math.max(0, deadline.left()), () -> {
            build.keeper().change();
            deadline.pass();
            build.log("text", "Cancelling nested steps due to timeout");
            interruptWithin(deadline, new FlowInterruptedException(Result.ABORTED, new TimeoutStepExecution.ExceededTimeout()));
        }));
    }

    /** Starts the clock of a {@code timeout} again after a restart: the time in between counts. */
    private void takeUp(Deadline deadline) {
        long left = deadline.left();
        if (deadline.hasPassed()) {
            return;
        }
        if (left <= 0) {
            build.log("text", "Timeout expired " + Spans.text(-left) + " ago");
        } else {
            build.log("text", deadline.isOnActivity() ? "Timeout set to expire after " + Spans.text(left) + " without activity"
                    : "Timeout set to expire in " + Spans.text(left));
        }
        start(deadline);
    }

    /** Runs an action on the build's mailbox after a while, unless the build has ended. */
    void later(long millis, Runnable action) {
        build.later(millis, action);
    }

    /** Raises an exception in a head: where it waits, or at its next safepoint. */
    void interrupt(Head head, Throwable cause) {
        head.interruption = cause;
        head.lastInterruption = cause;
        if (head.waiting() != null) {
            head.waiting().interrupt(this, head);
        }
    }

    /** Interrupts all of the build. */
    void interruptAll(Throwable cause) {
        for (Head head : new ArrayList<>(heads)) {
            if (!(head.waiting() instanceof Fork)) {
                interrupt(head, cause);
            }
        }
    }

    /** Interrupts what runs inside a {@code timeout}. */
    void interruptWithin(Deadline deadline, Throwable cause) {
        for (Head head : new ArrayList<>(heads)) {
            if (!(head.waiting() instanceof Fork) && head.scope.isWithin(deadline)) {
                interrupt(head, cause);
            }
        }
    }

    /**
     * Runs heads for about a time slice.
     *
     * @return true when there is more to run now
     */
    boolean runSlice() {
        long end = System.nanoTime() + Safepoints.SLICE_NANOS;
        while (!ready.isEmpty() && !build.hasEnded()) {
            run(ready.poll());
            if (System.nanoTime() > end) {
                break;
            }
        }
        return !ready.isEmpty() && !build.hasEnded();
    }

    private void run(Head head) {
        build.keeper().change();
        running = head;
        Safepoints.sliceStarts();
        build.compiler().ledger().open();
        Running.is(build);
        Mismatches.tell(message -> build.log("text", message));
        Outcome outcome = head.continuable.run0(head.takeNext(), CATEGORIES);
        Mismatches.tell(null);
        MetaClassLedger.leave();
        Running.is(null);
        running = null;
        if (outcome.isSuccess() && head.continuable.isResumable() && outcome.getNormal() instanceof Suspension) {
            Suspension suspension = (Suspension) outcome.getNormal();
            head.waitFor(suspension);
            begin(suspension, head);
        } else {
            heads.remove(head);
            if (head.fork != null) {
                head.fork.ended(this, head, outcome);
            } else {
                build.finish(outcome.isSuccess() ? null : outcome.getAbnormal());
            }
        }
    }

    private void begin(Suspension suspension, Head head) {
        try {
            suspension.begin(this, head);
        } catch (RuntimeException failure) {
            resume(head, new Outcome(null, failure));
        }
    }
}
