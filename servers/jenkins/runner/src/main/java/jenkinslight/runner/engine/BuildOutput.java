package jenkinslight.runner.engine;

import java.io.Serializable;
import jenkinslight.runner.language.Values;
import jenkinslight.runner.protocol.Channel;

/** What a build tells the server: its log, and messages that wait for no answer. */
public abstract class BuildOutput implements Serializable {
    private static final long serialVersionUID = 1L;

    private final transient Channel channel;

    BuildOutput(Channel channel) {
        this.channel = channel;
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
        Scope scope = getScope();
        scope.activityDeadlines().forEach(this::arm);
        send("log", "text", text, "kind", kind, "branch", scope.branch(), "stage", scope.stage() == null ? null : scope.stage().id(), "block",
                scope.block());
    }

    /** Sends a message of this build, unless it has ended. */
    public void send(String type, Object... namesAndValues) {
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
