package jenkinslight.runner.engine;

/** The build whose code runs on this thread, for Java that scripts call by static methods. */
public final class Running {
    private static final ThreadLocal<Build> BUILD = new ThreadLocal<>();

    private Running() {}

    /** Null outside scripts. */
    public static Build build() {
        return BUILD.get();
    }

    static void is(Build build) {
        if (build == null) {
            BUILD.remove();
        } else {
            BUILD.set(build);
        }
    }
}
