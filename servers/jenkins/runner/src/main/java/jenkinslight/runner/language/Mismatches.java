package jenkinslight.runner.language;

import com.cloudbees.groovy.cps.impl.CpsCallableInvocation;
import groovy.lang.Closure;
import java.util.function.Consumer;

/**
 * Tells in the log, as Jenkins does, that code which is not CPS-transformed called code that is: {@code list.sort { … }}, a {@code @NonCPS}
 * method that runs steps. Such a call never returns to its caller.
 */
public final class Mismatches {
    private static final String MORE = "; see: https://jenkins.io/redirect/pipeline-cps-method-mismatches/";

    private Mismatches() {}

    /** Has the mismatches of this thread told to {@code log} from now on; null for nobody. */
    public static void tell(Consumer<String> log) {
        CpsCallableInvocation.registerMismatchHandler(log == null ? null : (expected, expectedMethod, actual, actualMethod) -> {
            // A class of the script's that prints itself in CPS code ends any step that it is an argument of.
            boolean printing = expected instanceof PipelineScript && actualMethod.equals("toString");
            if (printing || isTheScripts(expected, expectedMethod)) {
                log.accept("expected to call " + name(expected, expectedMethod) + " but wound up catching " + name(actual, actualMethod) + MORE);
            }
        });
    }

    /** False for code of the runner, which passes calls on under other names; Jenkins keeps silent about its plugins' code, too. */
    private static boolean isTheScripts(Object receiver, String method) {
        if (receiver instanceof PipelineScript) {
            return ((PipelineScript) receiver).definesMethod(method);
        }
        Class<?> type = receiver instanceof Class ? (Class<?>) receiver : receiver.getClass();
        return !(receiver instanceof Closure) && !type.getName().startsWith("jenkinslight.");
    }

    private static String name(Object receiver, String method) {
        if (receiver == null) {
            return method;
        }
        Class<?> type = receiver instanceof Class ? (Class<?>) receiver : receiver.getClass();
        return type.getName() + "." + method;
    }
}
