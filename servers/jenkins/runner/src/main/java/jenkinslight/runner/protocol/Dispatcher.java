package jenkinslight.runner.protocol;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.PatternSyntaxException;
import jenkinslight.runner.declarative.Outline;
import jenkinslight.runner.engine.Build;
import jenkinslight.runner.engine.BuildRequest;
import jenkinslight.runner.engine.Threads;
import jenkinslight.runner.language.LibraryScan;
import jenkinslight.runner.language.ScriptCheck;
import jenkinslight.runner.webhook.Filter;
import jenkinslight.runner.webhook.VariableResolver;
import net.minidev.json.parser.ParseException;

/** Hands each message from the server to what it is for. */
final class Dispatcher {
    private final Channel channel;
    private final IdleCleaner idle = new IdleCleaner(this::isIdle);
    private final Map<String, Build> builds = new ConcurrentHashMap<>();

    Dispatcher(Channel channel) {
        this.channel = channel;
    }

    /** Handles one line; whatever is wrong with it becomes an {@code error} message. */
    void receive(String line) {
        Map<String, Object> message;
        try {
            message = (Map<String, Object>) Json.parse(line);
        } catch (ParseException | ClassCastException e) {
            channel.send("error", "message", "not a JSON object: " + e.getMessage());
            return;
        }
        try {
            dispatch(message);
        } catch (RuntimeException e) {
            complain(message, e.toString());
        }
    }

    private void dispatch(Map<String, Object> message) {
        switch (String.valueOf(message.get("type"))) {
            case "start":
                start(message);
                break;
            case "resume":
                background(message, () -> resume(message));
                break;
            case "reply":
                Build replied = builds.get(message.get("build"));
                // A reply may cross the end of a build that was killed.
                if (replied != null) {
                    replied.reply(((Number) message.get("call")).intValue(), message);
                }
                break;
            case "answer":
                Build asking = builds.get(message.get("build"));
                if (asking != null) {
                    asking.answer(((Number) message.get("id")).intValue(), message.get("value"));
                }
                break;
            case "stop":
                stop(message);
                break;
            case "validate":
                background(message, () -> validate(message));
                break;
            case "libraries":
                background(message, () -> libraries(message));
                break;
            case "variables":
                background(message, () -> variables(message));
                break;
            case "match":
                background(message, () -> match(message));
                break;
            case "ping":
                ping(message);
                break;
            case "quit":
                Runtime.getRuntime().halt(0);
                break;
            default:
                complain(message, "unknown type " + message.get("type"));
        }
    }

    private void start(Map<String, Object> message) {
        Build build = new Build(new BuildRequest(message), channel, this::ended);
        add(build);
        build.start();
    }

    private void resume(Map<String, Object> message) {
        Build build;
        try {
            build = Build.restored(new BuildRequest(message), channel, this::ended);
        } catch (IOException unreadable) {
            throw new IllegalStateException("The state of the build can't be read: " + unreadable.getMessage(), unreadable);
        }
        add(build);
        build.takeUp();
    }

    private void add(Build build) {
        if (builds.putIfAbsent(build.id(), build) != null) {
            throw new IllegalArgumentException("build " + build.id() + " is running already");
        }
    }

    private void ended(Build build) {
        builds.remove(build.id(), build);
        if (builds.isEmpty()) {
            idle.restart();
        }
    }

    private boolean isIdle() {
        return builds.isEmpty();
    }

    private void stop(Map<String, Object> message) {
        Build build = builds.get(message.get("build"));
        if (build == null) {
            return;
        }
        String cause = message.get("cause") == null ? "Aborted" : String.valueOf(message.get("cause"));
        if (Boolean.TRUE.equals(message.get("hard"))) {
            build.kill(cause);
        } else {
            build.stop(cause, String.valueOf(message.getOrDefault("result", "ABORTED")));
        }
    }

    private void background(Map<String, Object> message, Runnable work) {
        Threads.builds().execute(() -> {
            try {
                work.run();
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                complain(message, e.toString());
            }
        });
    }

    private void validate(Map<String, Object> message) {
        String script = String.valueOf(message.get("script"));
        ScriptCheck check = ScriptCheck.of(script, BuildRequest.tools(message));
        channel.send("validated", "id", message.get("id"), "errors", check.errors(), "text", check.text(), "stages", Outline.stages(script));
    }

    private void libraries(Map<String, Object> message) {
        LibraryScan scan = LibraryScan.of(String.valueOf(message.get("script")));
        channel.send("libraries", "id", message.get("id"), "libraries", scan.libraries(), "errors", scan.errors());
    }

    private void variables(Map<String, Object> message) {
        VariableResolver resolver = new VariableResolver(String.valueOf(message.get("document")),
                !Boolean.FALSE.equals(message.get("flatten")));
        for (Object expression : (List<?>) message.getOrDefault("expressions", List.of())) {
            resolver.resolve((Map<?, ?>) expression);
        }
        channel.send("variables", "id", message.get("id"), "variables", resolver.variables(), "warnings", new ArrayList<>(resolver.warnings()));
    }

    private void match(Map<String, Object> message) {
        try {
            boolean matched = Filter.matches(String.valueOf(message.get("pattern")), String.valueOf(message.get("text")));
            channel.send("matched", "id", message.get("id"), "matched", matched);
        } catch (PatternSyntaxException | Filter.TooSlowException e) {
            channel.send("matched", "id", message.get("id"), "matched", false, "error", e.getMessage());
        }
    }

    private void ping(Map<String, Object> message) {
        Runtime runtime = Runtime.getRuntime();
        if (Boolean.TRUE.equals(message.get("collect"))) {
            System.gc();
        }
        channel.send("pong", "id", message.get("id"), "live", builds.size(), "heapKiB", (runtime.totalMemory() - runtime.freeMemory()) >> 10,
                "classes", ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
    }

    private void complain(Map<String, Object> message, String text) {
        channel.send("error", "id", message.get("id"), "build", message.get("build"), "message", text);
    }
}
