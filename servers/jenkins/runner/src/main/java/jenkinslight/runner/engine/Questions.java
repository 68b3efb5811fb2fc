package jenkinslight.runner.engine;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** What a build asks the server while its thread waits, so within {@code @NonCPS} code too: facts that most builds never look at. */
final class Questions {
    private static final long SECONDS = 20;

    private final Map<Integer, CompletableFuture<Object>> open = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();

    /**
     * Asks what there is to know of a build.
     *
     * @param what PROTOCOL.md's {@code what}
     * @throws IllegalStateException there is no answer
     */
    Object ask(Build asking, String what, String job, int number) {
        int id = asked.incrementAndGet();
        CompletableFuture<Object> answer = new CompletableFuture<>();
        open.put(id, answer);
        try {
            asking.tell("ask", "id", id, "what", what, "job", job, "number", number);
            return answer.get(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The server does not say the " + what + " of " + job + " #" + number, e);
        } finally {
            open.remove(id);
        }
    }

    /** Hands over an answer. */
    void answer(int id, Object value) {
        CompletableFuture<Object> waiting = open.get(id);
        if (waiting != null) {
            waiting.complete(value);
        }
    }
}
