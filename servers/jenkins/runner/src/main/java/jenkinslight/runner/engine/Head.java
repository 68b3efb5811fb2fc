package jenkinslight.runner.engine;

import com.cloudbees.groovy.cps.Block;
import com.cloudbees.groovy.cps.Continuable;
import com.cloudbees.groovy.cps.Envs;
import com.cloudbees.groovy.cps.Outcome;
import com.cloudbees.groovy.cps.impl.CpsCallableInvocation;
import groovy.lang.Closure;
import groovy.lang.Script;
import java.io.Serializable;
import java.util.ArrayList;
import jenkinslight.runner.language.GuardedInvoker;

/** One line of control in a build: the main one, or a branch of {@code parallel}. */
final class Head implements Serializable {
    private static final long serialVersionUID = 1L;

    final Continuable continuable;
    final String name;
    final Fork fork;
    Scope scope;
    /** What is to be raised at the next opportunity. */
    Throwable interruption;
    /** The interruption that was asked for last, also when it was passed on to branches. */
    Throwable lastInterruption;
    /** What it has recorded of the structural block that it reads. */
    ArrayList<Object> notes = new ArrayList<>();
    private Suspension waiting;
    private Outcome next = new Outcome(null, null);

    private Head(Continuable continuable, String name, Fork fork, Scope scope) {
        this.continuable = continuable;
        this.name = name;
        this.fork = fork;
        this.scope = scope;
    }

    static Head main(Script script) {
        return new Head(new Continuable(script, Envs.empty(new GuardedInvoker())), null, null, Scope.root());
    }

    static Head branch(String name, Closure body, Fork fork, Scope scope) {
        Block block;
        try {
            body.call();
            throw new IllegalArgumentException("The branch " + name + " of parallel is not CPS-transformed");
        } catch (CpsCallableInvocation invocation) {
            block = invocation.asBlock();
        }
        return new Head(new Continuable(block, Envs.empty(new GuardedInvoker())), name, fork, scope);
    }

    boolean waitsFor(Suspension suspension) {
        return waiting == suspension;
    }

    Suspension waiting() {
        return waiting;
    }

    void waitFor(Suspension suspension) {
        waiting = suspension;
    }

    /** Sets what the head goes on with. */
    void wake(Outcome outcome) {
        waiting = null;
        next = outcome;
    }

    /** What to go on with now: an interruption wins. */
    Outcome takeNext() {
        if (interruption == null) {
            return next;
        }
        Throwable raised = interruption;
        interruption = null;
        return new Outcome(null, raised);
    }
}
