package jenkinslight.runner.protocol;

import java.util.concurrent.ScheduledFuture;
import java.util.function.BooleanSupplier;
import jenkinslight.runner.engine.Threads;

/** Gives memory back some seconds after the last build: an idle JVM collects nothing by itself, and keeps what it once took. */
final class IdleCleaner {
    private static final long QUIET_MILLIS = 3000;

    private final BooleanSupplier idle;
    private ScheduledFuture<?> next;

    IdleCleaner(BooleanSupplier idle) {
        this.idle = idle;
    }

    /** Starts the wait anew. */
    synchronized void restart() {
        if (next != null) {
            next.cancel(false);
        }
        next = Threads.after(QUIET_MILLIS, this::clean);
    }

    private void clean() {
        if (idle.getAsBoolean()) {
            System.gc();
        }
    }
}
