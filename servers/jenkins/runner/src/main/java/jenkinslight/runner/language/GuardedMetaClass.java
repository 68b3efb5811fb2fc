package jenkinslight.runner.language;

import groovy.lang.DelegatingMetaClass;
import groovy.lang.GroovySystem;
import groovy.lang.MetaClassRegistry;
import java.util.Set;

/**
 * Refuses what would end the JVM that builds share, in {@code @NonCPS} code too, which no Invoker sees. A guard against mistakes and
 * copied snippets: script security is switched off, and who may write a Jenkinsfile has the machine anyway.
 */
final class GuardedMetaClass extends DelegatingMetaClass {
    static final Set<String> ENDING = Set.of("exit", "halt", "addShutdownHook");

    private GuardedMetaClass(Class<?> type) {
        super(type);
    }

    /** Puts the guards in place; once, before any script runs. */
    static void install() {
        MetaClassRegistry registry = GroovySystem.getMetaClassRegistry();
        for (Class<?> type : new Class<?>[] {System.class, Runtime.class}) {
            GuardedMetaClass guard = new GuardedMetaClass(type);
            guard.initialize();
            registry.setMetaClass(type, guard);
        }
    }

    /** The exception in the words of Jenkins' script security. */
    static SecurityException refusal(String method) {
        return new SecurityException("Scripts not permitted to use staticMethod java.lang.System " + method);
    }

    @Override
    public Object invokeStaticMethod(Object receiver, String method, Object[] args) {
        refuse(method);
        return super.invokeStaticMethod(receiver, method, args);
    }

    @Override
    public Object invokeMethod(Object receiver, String method, Object[] args) {
        refuse(method);
        return super.invokeMethod(receiver, method, args);
    }

    private static void refuse(String method) {
        if (ENDING.contains(method)) {
            throw refusal(method);
        }
    }
}
