package jenkinslight.runner.engine;

import java.io.Serializable;
import java.util.Arrays;
import jenkinslight.runner.language.Values;
import jenkinslight.runner.protocol.Channel;

/** What a build tells the server: its log, and messages that wait for no answer. */
public abstract class BuildOutput implements Serializable {
    private static final long serialVersionUID = 1L;

    private transient Channel channel;
    /** How many messages were numbered so far. A state that is taken up again numbers on from here, so that the server knows what it had already. */
    private long numbered;
    private transient boolean numbering;

    BuildOutput(Channel channel) {
        connect(channel);
        this.numbering = true;
    }

    /** Where messages go from now on. */
    void connect(Channel server) {
        channel = server;
    }

    /** What is said of taking up a build again isn't part of its course: only that has numbers. */
    void number(boolean messages) {
        numbering = messages;
    }

    /** The build's id. */
    public abstract String id();

    /** True after {@code end} was sent. */
    public abstract boolean hasEnded();

    /** The scope of the running code. */
    public abstract Scope getScope();

    /** Starts a deadline's clock anew. */
    abstract void arm(Deadline deadline);

    /** One of Jenkins' own notes: {@code note("stage")} prints {@code [Pipeline] stage}. */
    public void note(String text) {
        log("pipeline", "[Pipeline] " + text);
    }

    /** The script's output. */
    public void echo(Object text) {
        log("text", String.valueOf(text));
    }

    /** An exception as Jenkins shows one that was caught by a step. */
    public void printFailure(Throwable failure) {
        log("text", Failures.print(failure));
    }

    void log(String kind, String text) {
        log(getScope(), kind, text);
    }

    /** A line on behalf of a head that doesn't run. */
    void log(Scope scope, String kind, String text) {
        scope.activityDeadlines().forEach(this::arm);
        send("log", "text", text, "kind", kind, "branch", scope.branch(), "stage", scope.stage() == null ? null : scope.stage().id(), "block",
                scope.block());
    }

    /** Sends a message of the build's course, unless it has ended. */
    public void send(String type, Object... namesAndValues) {
        if (!hasEnded()) {
            if (numbering) {
                Object[] all = Arrays.copyOf(namesAndValues, namesAndValues.length + 2);
                all[namesAndValues.length] = "seq";
                all[namesAndValues.length + 1] = ++numbered;
                sendLast(type, all);
            } else {
                sendLast(type, namesAndValues);
            }
        }
    }

    /** Sends a message that is no part of the course, unless the build has ended. */
    void tell(String type, Object... namesAndValues) {
        if (!hasEnded()) {
            sendLast(type, namesAndValues);
        }
    }

    /** Sends a message even then. */
    void sendLast(String type, Object... namesAndValues) {
        Object[] all = new Object[namesAndValues.length + 2];
        all[0] = "build";
        all[1] = id();
        for (int i = 0; i < namesAndValues.length; i++) {
            all[i + 2] = i % 2 == 0 ? namesAndValues[i] : Values.toServer(namesAndValues[i]);
        }
        channel.send(type, all);
    }
}
