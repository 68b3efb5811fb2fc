package jenkinslight.runner.language;

import com.cloudbees.groovy.cps.impl.CallSiteBlock;
import com.cloudbees.groovy.cps.sandbox.DefaultInvoker;
import com.cloudbees.groovy.cps.sandbox.Invoker;
import groovy.lang.Closure;
import java.util.Collection;
import java.util.Map;
import org.codehaus.groovy.runtime.InvokerInvocationException;

/**
 * Every dynamic call of CPS code passes here. It keeps builds from ending or blocking the JVM they share, and hands out iterators and views
 * that can be serialised: a Groovy category can't, as it doesn't beat a class's own method.
 */
public final class GuardedInvoker extends DefaultInvoker {
    private static final long serialVersionUID = 1L;
    @Override
    public Object constructorCall(Class type, Object[] args) throws Throwable {
        return super.constructorCall(type, Spread.expanded(args));
    }

    @Override
    public Object methodCall(Object receiver, String method, Object[] given) throws Throwable {
        Object[] args = Spread.expanded(given);
        if (GuardedMetaClass.ENDING.contains(method) && (receiver == System.class || receiver == Runtime.class || receiver instanceof Runtime)) {
            throw GuardedMetaClass.refusal(method);
        }
        if (isInStructure(receiver) && !method.equals("call")) {
            return ((StructuralDelegate) ((Closure) receiver).getDelegate()).invokeMethod(method, args);
        }
        PipelineScript script = scriptOf(receiver);
        if (script != null && script.dsl().isStep(method) && !script.definesMethod(method, args)) {
            // Spares Groovy's search, which ends in an exception, and its own sleep, print… on every object.
            return script.invokeMethod(method, args);
        }
        if (args.length == 0 && receiver != null) {
            Object serializable = view(receiver, method);
            if (serializable != null) {
                return serializable;
            }
        }
        try {
            return super.methodCall(receiver, method, args);
        } catch (InvokerInvocationException wrapped) {
            // Groovy wraps what a Java method throws on some of its ways; a script, and groovy-cps itself, expect the thing as it is.
            throw wrapped.getCause() == null ? wrapped : wrapped.getCause();
        }
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

    private static boolean isInStructure(Object receiver) {
        return receiver instanceof Closure && ((Closure) receiver).getDelegate() instanceof StructuralDelegate;
    }

    /** The script that a call without a receiver goes to; null where a delegate of another kind comes first. */
    private static PipelineScript scriptOf(Object receiver) {
        Object target = receiver;
        while (target instanceof Closure) {
            Closure closure = (Closure) target;
            boolean ownerFirst = closure.getResolveStrategy() == Closure.OWNER_FIRST || closure.getResolveStrategy() == Closure.OWNER_ONLY;
            if (ownerFirst && closure.getDelegate() != closure.getOwner() && closure.getDelegate() != closure) {
                return null;
            }
            target = ownerFirst ? closure.getOwner() : closure.getDelegate();
        }
        return target instanceof PipelineScript ? (PipelineScript) target : null;
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
