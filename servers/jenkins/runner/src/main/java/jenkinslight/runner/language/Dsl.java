package jenkinslight.runner.language;

import groovy.lang.GroovyObject;
import hudson.AbortException;
import hudson.model.Result;
import hudson.plugins.git.GitSCM;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import jenkinslight.runner.engine.Build;
import jenkinslight.runner.engine.BuildRequest;
import jenkinslight.runner.engine.ServerCall;
import org.codehaus.groovy.runtime.InvokerHelper;
import org.codehaus.groovy.runtime.InvokerInvocationException;

/** What a build's scripts can call and name beside their own: steps, symbols and global variables. */
public final class Dsl implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final TreeSet<String> GLOBALS = new TreeSet<>(Arrays.asList("currentBuild", "docker", "env", "params", "pipeline", "scm"));
    private static final Set<String> SIMPLE_STEPS = new HashSet<>(Arrays.asList("echo", "print", "println", "error", "isUnix", "unstable"));
    /** Steps whose label Jenkins prints. */
    private static final Set<String> SCRIPTS = new HashSet<>(Arrays.asList("sh", "bat", "powershell", "pwsh"));
    /** Steps written in Groovy, since they run code of the script or wait. */
    private static final Set<String> FLOW_STEPS = new HashSet<>(Arrays.asList("stage", "parallel", "script", "withEnv", "retry", "timeout",
            "waitUntil", "catchError", "warnError", "sleep", "load", "evaluate", "library", "readCSV", "writeCSV", "readJSON", "writeJSON", "lock"));

    private final Build build;
    private final EnvironmentVariable env;
    private final CurrentBuild currentBuild;
    private final GroovyObject flowSteps;
    private final GroovyObject failureSteps;
    private final GroovyObject scriptSteps;
    private final GroovyObject csvSteps;
    private final GroovyObject jsonSteps;
    private GroovyObject docker;

    Dsl(Build build) {
        this.build = build;
        env = new EnvironmentVariable(build);
        currentBuild = new CurrentBuild(build, build.request().currentBuild());
        flowSteps = library("steps.FlowSteps", build);
        failureSteps = library("steps.FailureSteps", build, flowSteps);
        scriptSteps = library("steps.ScriptSteps", build, flowSteps);
        csvSteps = library("steps.CsvSteps", build);
        jsonSteps = library("steps.JsonSteps", build);
    }

    /** An object of the runner's Groovy, which is compiled after its Java. */
    private static GroovyObject library(String name, Object... args) {
        try {
            Class<?> type = Class.forName("jenkinslight.runner." + name);
            return (GroovyObject) InvokerHelper.invokeConstructorOf(type, args);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("The runner was not built wholly: " + name + " is missing", e);
        }
    }

    public Build build() {
        return build;
    }

    /** The steps that run code; an object of the runner's Groovy. */
    public GroovyObject flowSteps() {
        return flowSteps;
    }

    /** The object whose method a step is. */
    private GroovyObject holder(String step) {
        switch (step) {
            case "retry":
            case "catchError":
            case "warnError":
                return failureSteps;
            case "load":
            case "library":
            case "evaluate":
                return scriptSteps;
            case "readCSV":
            case "writeCSV":
                return csvSteps;
            case "readJSON":
            case "writeJSON":
                return jsonSteps;
            default:
                return flowSteps;
        }
    }

    /** True for a step, the runner's own or the server's. */
    boolean isStep(String name) {
        return SIMPLE_STEPS.contains(name) || FLOW_STEPS.contains(name) || build.request().hasStep(name) || build.request().hasBlockStep(name);
    }

    /** True for a step that can go around others, as {@code options} may name one. */
    public boolean isWrapper(String name) {
        return FLOW_STEPS.contains(name) || build.request().hasBlockStep(name);
    }

    /** A global variable or a variable of the environment or a parameter; null for none. */
    Object global(PipelineScript script, String name) {
        switch (name) {
            case "env":
                return env;
            case "params":
                return Collections.unmodifiableMap(new HashMap<>(build.params()));
            case "currentBuild":
                return currentBuild;
            case "steps":
                return new Steps(script);
            case "scm":
                return scm();
            case "docker":
                if (docker == null) {
                    docker = library("steps.Docker", script);
                }
                return docker;
            default:
                if (build.libraries().define(name)) {
                    return build.libraries().variable(name, build);
                }
                Object variable = build.variable(name);
                return variable == null ? build.params().get(name) : variable;
        }
    }

    private Object scm() {
        if (build.request().scm() == null) {
            throw sneaky(new AbortException("‘checkout scm’ is only available when using “Multibranch Pipeline” or “Pipeline script from SCM”"));
        }
        return new GitSCM((Map<String, Object>) build.request().scm());
    }

    /** Calls a step or symbol. In CPS code this may suspend, so its value comes by groovy-cps' own way. */
    public Object invoke(PipelineScript script, String name, Object[] args) {
        StepArguments arguments = new StepArguments(args);
        BuildRequest known = build.request();
        if (build.libraries().define(name)) {
            return cps(build.libraries().variable(name, build), "call", args);
        }
        if (name.equals("pipeline") && arguments.getBody() != null) {
            return cps(library("declarative.DeclarativePipeline", script), "run", arguments.getBody());
        }
        if (SIMPLE_STEPS.contains(name)) {
            return simple(name, arguments);
        }
        if (FLOW_STEPS.contains(name)) {
            check(name, arguments);
            return cps(holder(name), name, arguments, script);
        }
        if (known.hasStep(name) || known.hasBlockStep(name)) {
            return server(name, arguments);
        }
        if (known.hasSymbol(name)) {
            return Symbols.describe(name, arguments);
        }
        throw new NoSuchMethodError("No such DSL method '" + name + "' found among steps " + known.allSteps(SIMPLE_STEPS, FLOW_STEPS)
                + " or symbols " + known.symbols() + " or globals " + globals());
    }

    private Set<String> globals() {
        Set<String> names = new TreeSet<>(GLOBALS);
        names.addAll(build.libraries().names());
        return names;
    }

    private Object server(String name, StepArguments arguments) {
        Object label = arguments.getNamed().get("label");
        build.note(SCRIPTS.contains(name) && label != null ? name + " (" + label + ")" : name);
        check(name, arguments);
        if (name.equals("properties")) {
            ParameterDefaults.ofProperties(arguments.getPositional(), build);
        }
        if (arguments.getBody() != null) {
            return cps(flowSteps, "serverBlock", name, arguments);
        }
        return build.call(new ServerCall(name, arguments.getNamed(), arguments.getPositional(), false));
    }

    /** Tells what does not fit the step, and what should not be in its arguments. @throws IllegalArgumentException it can't take them */
    private void check(String name, StepArguments arguments) {
        Signature signature = Signature.of(name);
        if (signature != null) {
            signature.check(arguments, build::echo);
        }
        Interpolation.check(name, arguments, build);
    }

    private Object simple(String name, StepArguments arguments) {
        // Before the step begins, as there: a toString in CPS code never comes back here.
        String message = String.valueOf(arguments.get("message", name.equals("println") ? "" : null));
        // Jenkins prints no [Pipeline] line of its own for these two names: they are the step echo.
        build.note(name.startsWith("print") ? "echo" : name);
        check(name, arguments);
        switch (name) {
            case "error":
                throw sneaky(new AbortException(arguments.text("message")));
            case "isUnix":
                return true;
            case "unstable":
                build.echo("WARNING: " + arguments.text("message"));
                build.worsen(Result.UNSTABLE);
                build.worsenStage(Result.UNSTABLE);
                return null;
            default:
                build.echo(message);
                return null;
        }
    }

    /** Calls the runner's CPS code. What groovy-cps throws to take over must arrive unwrapped. */
    static Object cps(Object target, String method, Object... args) {
        try {
            return InvokerHelper.invokeMethod(target, method, args);
        } catch (InvokerInvocationException wrapped) {
            throw sneaky(wrapped.getCause());
        }
    }

    /** Groovy knows no checked exceptions; its callers may get any. */
    private static <T extends Throwable> RuntimeException sneaky(Throwable failure) throws T {
        throw (T) failure;
    }
}
