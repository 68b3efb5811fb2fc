package jenkinslight.runner.language;

import com.cloudbees.groovy.cps.NonCPS;
import com.cloudbees.groovy.cps.TransformerConfiguration;
import groovy.lang.GroovyClassLoader;
import groovy.lang.GroovyCodeSource;
import groovy.lang.GroovySystem;
import java.beans.Introspector;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import jenkinslight.runner.declarative.ModelValidator;
import jenkinslight.runner.engine.Build;
import jenkinslight.runner.engine.Safepoints;
import org.codehaus.groovy.control.CompilerConfiguration;
import org.codehaus.groovy.control.MultipleCompilationErrorsException;
import org.codehaus.groovy.control.customizers.ImportCustomizer;
import org.jenkinsci.plugins.workflow.cps.CpsClosure2;
import org.jenkinsci.plugins.workflow.libs.Library;

/** Compiles one build's scripts, into a class loader of their own which is let go with the build. */
public final class ScriptCompiler {
    /** The name Jenkins gives a Jenkinsfile's class; it appears in messages. */
    public static final String MAIN = "WorkflowScript";

    /** Groovy's compiler is what needs most memory here. */
    private static final Semaphore COMPILING = new Semaphore(2);

    private final GroovyClassLoader classes;
    private final MetaClassLedger ledger = new MetaClassLedger();
    private final List<Source> sources = new ArrayList<>();
    private int loaded;

    static {
        GuardedMetaClass.install();
    }

    /** @param tools the names of the tools that there are, by type; null if that is not known */
    public ScriptCompiler(Map<String, List<String>> tools) {
        classes = new GroovyClassLoader(ScriptCompiler.class.getClassLoader(), scripts(tools));
    }

    /** How all code is transformed, the library's and the scripts'. */
    static void transformed(CompilerConfiguration configuration) {
        PipelineTransformer transformer = new PipelineTransformer();
        transformer.setConfiguration(new TransformerConfiguration().withClosureType(CpsClosure2.class)
                .withSafepoint(Safepoints.class, "safepoint"));
        configuration.addCompilationCustomizers(new ForInRewriter(), transformer);
    }

    private static CompilerConfiguration scripts(Map<String, List<String>> tools) {
        CompilerConfiguration configuration = new CompilerConfiguration();
        configuration.setScriptBaseClass(PipelineScript.class.getName());
        configuration.addCompilationCustomizers(
                new ImportCustomizer().addImports(NonCPS.class.getName(), Library.class.getName()).addStarImports("hudson.model", "jenkins.model", "hudson", "jenkins", "org.apache.commons.csv"),
                new ModelValidator(tools));
        transformed(configuration);
        return configuration;
    }

    /** Compiles a script and makes it ready to run in that build. @throws org.codehaus.groovy.control.CompilationFailedException as Jenkins' */
    public PipelineScript compile(String source, String name, Build build) {
        PipelineScript script = instance(parsed(source, name), build);
        sources.add(new Source(name, source));
        script.setBinding(new ScriptBinding());
        return script;
    }

    private Class<?> parsed(String source, String name) {
        try {
            return parse(source, name);
        } catch (MultipleCompilationErrorsException errors) {
            throw new CompilationErrors(errors);
        }
    }

    /** An object of a script in a library's {@code vars/}. */
    PipelineScript instance(String name, Build build) {
        try {
            return instance(load(name), build);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("vars/" + name + ".groovy holds no class of this name", e);
        }
    }

    private static PipelineScript instance(Class<?> type, Build build) {
        try {
            PipelineScript script = (PipelineScript) type.getDeclaredConstructor().newInstance();
            script.attach(build);
            return script;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The script's class cannot be instantiated", e);
        }
    }

    /** Lets scripts use the sources in a folder, by their classes' names. */
    void addFolder(File folder) {
        try {
            classes.addURL(folder.toURI().toURL());
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A class of a library, compiled when it is first asked for. */
    Class<?> load(String name) throws ClassNotFoundException {
        COMPILING.acquireUninterruptibly();
        try {
            return classes.loadClass(name);
        } catch (MultipleCompilationErrorsException errors) {
            throw new CompilationErrors(errors);
        } finally {
            COMPILING.release();
        }
    }

    /** A script's text and the name of its class. */
    public record Source(String name, String text) implements Serializable {}

    /** What was compiled for the build so far. */
    public List<Source> sources() {
        return sources;
    }

    /** Compiles what an earlier JVM had compiled, for classes that fit the build's kept state. */
    public void parseAgain(List<Source> earlier) {
        for (Source source : earlier) {
            parse(source.text(), source.name());
            sources.add(source);
            loaded += source.name().equals(MAIN) ? 0 : 1;
        }
    }

    /** Finds the classes of the build's scripts. */
    public ClassLoader classLoader() {
        return classes;
    }

    /** A class name for a script that another one loads, numbered as Jenkins does. */
    public String nextName() {
        return "Script" + ++loaded;
    }

    /** Compiles only; a model or syntax error is thrown. */
    public Class<?> parse(String source, String name) {
        COMPILING.acquireUninterruptibly();
        try {
            return classes.parseClass(new GroovyCodeSource(source, name.equals(MAIN) ? name : name + ".groovy", "/groovy/shell"), false);
        } finally {
            COMPILING.release();
        }
    }

    /** Where changes that the build's code makes to shared classes are noted. */
    public MetaClassLedger ledger() {
        return ledger;
    }

    /** Lets go of all that keeps the build's classes alive. */
    public void close() {
        ledger.undo();
        for (Class<?> loadedClass : classes.getLoadedClasses()) {
            GroovySystem.getMetaClassRegistry().removeMetaClass(loadedClass);
            Introspector.flushFromCaches(loadedClass);
        }
        classes.clearCache();
        try {
            classes.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
