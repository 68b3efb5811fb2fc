package jenkinslight.runner.engine;

import com.cloudbees.groovy.cps.Continuable;

/**
 * Called by transformed code at every loop turn and method entry, so that a script that computes for long still lets others run and can be
 * stopped.
 */
public final class Safepoints {
    /** How long a build may hold its thread. */
    static final long SLICE_NANOS = 20_000_000L;

    private static final ThreadLocal<long[]> STARTED = ThreadLocal.withInitial(() -> new long[1]);

    private Safepoints() {}

    static void sliceStarts() {
        STARTED.get()[0] = System.nanoTime();
    }

    /** Gives control back when the slice is used up. */
    public static void safepoint() {
        long[] started = STARTED.get();
        if (System.nanoTime() - started[0] > SLICE_NANOS) {
            started[0] = Long.MAX_VALUE / 2;
            Continuable.suspend("safepoint", new Suspension.Yield());
        }
    }
}
