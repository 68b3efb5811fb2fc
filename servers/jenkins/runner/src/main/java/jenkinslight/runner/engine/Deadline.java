package jenkinslight.runner.engine;

import java.io.Serializable;
import java.util.concurrent.ScheduledFuture;

/** The limit of one {@code timeout} step. */
public final class Deadline implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long millis;
    private final boolean onActivity;
    private long end;
    private transient ScheduledFuture<?> timer;
    private boolean passed;

    Deadline(long millis, boolean onActivity) {
        this.millis = millis;
        this.onActivity = onActivity;
    }

    /** Sets the end anew, as far away as at first. */
    void extend() {
        end = System.currentTimeMillis() + millis;
    }

    /** Milliseconds until the end; negative after it. */
    long left() {
        return end - System.currentTimeMillis();
    }

    /** True for {@code timeout(activity: true)}: the time counts from the last sign of life. */
    boolean isOnActivity() {
        return onActivity;
    }

    /** True once the time was over. */
    public boolean hasPassed() {
        return passed;
    }

    void pass() {
        passed = true;
    }

    /** Replaces the running timer; null ends it. */
    void arm(ScheduledFuture<?> next) {
        if (timer != null) {
            timer.cancel(false);
        }
        timer = next;
    }
}
