package jenkinslight.runner.language;

import groovy.lang.GroovySystem;
import groovy.lang.MetaClass;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps what every build needs. Groovy holds what it knows of a class by soft references, which SoftRefLRUPolicyMSPerMB=0 clears with each
 * collection; and the first build would pay for loading the compiler.
 */
public final class Warmth {
    private static final String[] RUNNER_CLASSES = {"declarative.Agents", "declarative.Branches", "declarative.Conditions",
        "declarative.DeclarativePipeline", "declarative.Directive", "declarative.Environments", "declarative.Options",
        "declarative.PostActions", "declarative.Recorder", "declarative.Section", "declarative.Stages", "declarative.Tools", "engine.Build",
        "engine.Scope", "engine.ServerCall", "engine.Safepoints", "engine.Stage", "language.Dsl", "language.StepArguments", "steps.FlowSteps"};
    private static final Class<?>[] JDK_CLASSES = {java.util.ArrayList.class, java.util.LinkedHashMap.class, String.class, Integer.class,
        Class.class, Boolean.class, java.util.TreeMap.class};
    private static final List<MetaClass> KEPT = new ArrayList<>();

    private Warmth() {}

    /** Loads and keeps them, and compiles a small pipeline. */
    public static void bring() {
        try {
            for (String name : RUNNER_CLASSES) {
                KEPT.add(GroovySystem.getMetaClassRegistry().getMetaClass(Class.forName("jenkinslight.runner." + name)));
            }
            for (Class<?> type : JDK_CLASSES) {
                KEPT.add(GroovySystem.getMetaClassRegistry().getMetaClass(type));
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("The runner was not built wholly", e);
        }
        ScriptCheck.of("pipeline { agent any\n environment { A = 'b' }\n stages { stage('s') { steps { echo \"${env.A}\" } } } }");
    }
}
