package jenkins.model;

/** The name under which scripts import the server; what they would do with it is for administrators' scripts only. */
public final class Jenkins {
    private Jenkins() {}

    /** @throws SecurityException always, as the sandbox says it */
    public static Object getInstance() {
        throw refusal("getInstance");
    }

    /** @throws SecurityException always, as the sandbox says it */
    public static Object get() {
        throw refusal("get");
    }

    /** @throws SecurityException always, as the sandbox says it */
    public static Object getInstanceOrNull() {
        throw refusal("getInstanceOrNull");
    }

    private static SecurityException refusal(String method) {
        return new SecurityException("Scripts not permitted to use staticMethod jenkins.model.Jenkins " + method);
    }
}
