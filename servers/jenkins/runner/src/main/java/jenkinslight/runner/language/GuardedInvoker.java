package jenkinslight.runner.language;

import com.cloudbees.groovy.cps.impl.CallSiteBlock;
import com.cloudbees.groovy.cps.sandbox.DefaultInvoker;
import com.cloudbees.groovy.cps.sandbox.Invoker;
import groovy.lang.Closure;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * Every dynamic call of CPS code passes here. It keeps builds from ending or blocking the JVM they share, and hands out iterators and views
 * that can be serialised: a Groovy category can't, as it doesn't beat a class's own method.
 */
public final class GuardedInvoker extends DefaultInvoker {
    private static final long serialVersionUID = 1L;
    private static final Set<String> ENDING = Set.of("exit", "halt", "addShutdownHook");
    /** Steps that Groovy would otherwise find among the methods it adds to every object. */
    private static final Set<String> SHADOWED_STEPS = Set.of("sleep", "print", "println", "printf");

    @Override
    public Object methodCall(Object receiver, String method, Object[] args) throws Throwable {
        if (ENDING.contains(method) && (receiver == System.class || receiver == Runtime.class || receiver instanceof Runtime)) {
            throw new SecurityException("Scripts not permitted to use staticMethod java.lang.System " + method);
        }
        if (SHADOWED_STEPS.contains(method) && receiver instanceof Closure) {
            PipelineScript script = scriptOf((Closure) receiver);
            if (script != null) {
                return script.invokeMethod(method, args);
            }
        }
        if (args.length == 0 && receiver != null) {
            Object serializable = view(receiver, method);
            if (serializable != null) {
                return serializable;
            }
        }
        return super.methodCall(receiver, method, args);
    }

    private static Object view(Object receiver, String method) {
        switch (method) {
            case "iterator":
                return SerializableIterators.iteratorOf(receiver);
            case "entrySet":
                return receiver instanceof Map ? SerializableIterators.entrySet((Map) receiver) : null;
            case "keySet":
                return receiver instanceof Map ? SerializableIterators.keySet((Map) receiver) : null;
            case "values":
                return receiver instanceof Map ? SerializableIterators.values((Map) receiver) : null;
            default:
                return null;
        }
    }

    private static PipelineScript scriptOf(Closure closure) {
        Object owner = closure;
        while (owner instanceof Closure) {
            owner = ((Closure) owner).getOwner();
        }
        return owner instanceof PipelineScript ? (PipelineScript) owner : null;
    }

    @Override
    public Invoker contextualize(CallSiteBlock site) {
        return this;
    }

    /** Used by {@link ForInRewriter}: the collection of a for-in loop as one whose iterator is serialisable. */
    public static Object iterable(Object collection) {
        if (collection instanceof Collection || collection instanceof Map || collection instanceof Object[]) {
            return SerializableIterators.iterable(collection);
        }
        return collection;
    }
}
