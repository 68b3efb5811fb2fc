package jenkinslight.runner.engine;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/** Runs a build's actions one after the other on threads that all builds share. */
final class Mailbox implements Executor {
    private final Executor threads;
    private final ArrayDeque<Runnable> actions = new ArrayDeque<>();
    private boolean busy;

    Mailbox(Executor threads) {
        this.threads = threads;
    }

    @Override
    public synchronized void execute(Runnable action) {
        actions.add(action);
        if (!busy) {
            busy = true;
            threads.execute(this::runOne);
        }
    }

    private void runOne() {
        Runnable action;
        synchronized (this) {
            action = actions.poll();
        }
        try {
            action.run();
        } finally {
            synchronized (this) {
                busy = !actions.isEmpty();
                if (busy) {
                    threads.execute(this::runOne);
                }
            }
        }
    }
}
