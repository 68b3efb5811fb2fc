package jenkinslight.runner.engine;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
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
    /** Java's serialisation goes as deep into the stack as a script's calls are nested, some frames for each of its own. */
    private static final long DEEP_STACK = 128L << 20;

    private static final ThreadPoolExecutor DEEP = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
            work -> daemon(new Thread(null, work, "state", DEEP_STACK)));
    private static final ScheduledThreadPoolExecutor CLOCK = new ScheduledThreadPoolExecutor(1, daemons("clock"));

    static {
        BUILDS.allowCoreThreadTimeOut(true);
        DEEP.allowCoreThreadTimeOut(true);
        CLOCK.setRemoveOnCancelPolicy(true);
    }

    private Threads() {}

    public static Executor builds() {
        return BUILDS;
    }

    /**
     * Runs something on the thread with much stack, and waits for it.
     *
     * @throws IOException what it threw; a stack that did not suffice too
     */
    static <T> T deep(Callable<T> work) throws IOException {
        try {
            return DEEP.submit(work).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException) {
                throw (IOException) e.getCause();
            }
            throw new IOException(e.getCause().toString(), e.getCause());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Runs an action on the clock's thread after a while; it has to be short. */
    public static ScheduledFuture<?> after(long millis, Runnable action) {
        return CLOCK.schedule(action, millis, TimeUnit.MILLISECONDS);
    }

    private static ThreadFactory daemons(String name) {
        return work -> daemon(new Thread(work, name));
    }

    private static Thread daemon(Thread thread) {
        thread.setDaemon(true);
        return thread;
    }
}
