package jenkinslight.runner.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The JVM's threads: a few for the builds, one for time. Idle ones end, for memory's sake. */
public final class Threads {
    /** More than cores, as a loop inside {@code @NonCPS} can't be taken off its thread. */
    private static final int BUILD_THREADS = Math.max(8, 2 * Runtime.getRuntime().availableProcessors());

    private static final ThreadPoolExecutor BUILDS = new ThreadPoolExecutor(BUILD_THREADS, BUILD_THREADS, 10, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), daemons("build"));
    private static final ScheduledThreadPoolExecutor CLOCK = new ScheduledThreadPoolExecutor(1, daemons("clock"));

    static {
        BUILDS.allowCoreThreadTimeOut(true);
        CLOCK.setRemoveOnCancelPolicy(true);
    }

    private Threads() {}

    public static Executor builds() {
        return BUILDS;
    }

    /** Runs an action on the clock's thread after a while; it has to be short. */
    public static ScheduledFuture<?> after(long millis, Runnable action) {
        return CLOCK.schedule(action, millis, TimeUnit.MILLISECONDS);
    }

    private static ThreadFactory daemons(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
