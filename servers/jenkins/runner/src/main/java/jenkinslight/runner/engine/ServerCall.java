package jenkinslight.runner.engine;

import com.cloudbees.groovy.cps.Outcome;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import jenkinslight.runner.language.FinishedRun;
import jenkinslight.runner.language.Values;

/** A step that the server runs: sent as {@code step}, and for a block step later as {@code leave}; each ends by a {@code reply}. */
public final class ServerCall extends Suspension {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final Object args;
    private final Object positional;
    private final boolean body;
    private int id;
    private boolean leaving;
    private String outcome;
    private Map<String, Object> error;

    /**
     * @param name the step's name
     * @param args its named arguments
     * @param positional its unnamed ones
     * @param body whether it has a block
     */
    public ServerCall(String name, Map<String, ?> args, List<?> positional, boolean body) {
        this.name = name;
        this.args = Values.toServer(args);
        this.positional = Values.toServer(positional);
        this.body = body;
    }

    /** The call's id; known once it was sent. */
    public int id() {
        return id;
    }

    public String name() {
        return name;
    }

    /** Turns the entered block step into the request to leave it, with what its body came to (null: success). */
    public ServerCall leaving(Throwable failure) {
        leaving = true;
        outcome = failure == null ? "success" : Failures.isInterruption(failure) ? "aborted" : "failure";
        error = failure == null ? null : Failures.describe(failure);
        return this;
    }

    @Override
    void begin(Scheduler scheduler, Head head) {
        Build build = scheduler.build();
        if (!leaving) {
            id = scheduler.nextCall();
        }
        scheduler.expectReply(id, head);
        build.keeper().hold(() -> send(build, head));
    }

    private void send(Build build, Head head) {
        if (leaving) {
            build.tell("leave", "call", id, "outcome", outcome, "error", error);
        } else {
            build.tell("step", "call", id, "name", name, "args", args, "positional", positional, "body", body, "context",
                    build.context(head.scope));
        }
    }

    /** Says again what it asks for: whether the server has begun with it, it knows by the id. */
    @Override
    void takeUp(Scheduler scheduler, Head head) {
        send(scheduler.build(), head);
        if (head.interruption != null) {
            interrupt(scheduler, head);
        }
    }

    @Override
    void interrupt(Scheduler scheduler, Head head) {
        // Leaving is cleaning up: it goes on.
        if (!leaving) {
            String cause = head.interruption.getMessage();
            scheduler.build().keeper().hold(() -> scheduler.build().tell("cancel", "call", id, "cause", cause));
        }
    }

    /** The reply as the outcome of the suspended step: the value, or nothing for an entered block, whose variables the environment gets. */
    Outcome outcome(Build build, Map<String, Object> reply) {
        Object failure = reply.get("error");
        if (failure instanceof Map) {
            return new Outcome(null, Failures.fromServer((Map<?, ?>) failure));
        }
        if (body && !leaving) {
            Object env = reply.get("env");
            build.variables().enter(id, env instanceof Map ? (Map<?, ?>) env : Collections.emptyMap());
            Object sensitive = reply.get("sensitive");
            build.variables().protect(id, sensitive instanceof Collection ? (Collection<?>) sensitive : Collections.emptyList());
            return new Outcome(null, null);
        }
        Object value = Values.fromServer(reply.get("value"));
        if (value instanceof FinishedRun) {
            value = ((FinishedRun) value).askedBy(build);
        }
        return new Outcome(value, null);
    }
}
