package jenkinslight.runner.language;

import com.cloudbees.groovy.cps.SerializableScript;
import groovy.lang.Binding;
import groovy.lang.Closure;
import groovy.lang.MissingPropertyException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jenkinslight.runner.engine.Build;
import org.codehaus.groovy.runtime.InvokerHelper;

/**
 * The base class of every Jenkinsfile. A name is looked for, as in Jenkins, among the script's own variables, the global variables, the
 * environment, the parameters; a call among the script's methods, closures in variables, steps, symbols.
 */
public abstract class PipelineScript extends SerializableScript {
    private static final long serialVersionUID = 1L;

    private Dsl dsl;
    private Binding kept;
    private transient Set<String> ownMethods;
    private transient Set<String> ownFields;

    @Override
    public void setBinding(Binding binding) {
        super.setBinding(binding);
        kept = binding;
    }

    /** groovy-cps keeps a copy of the variables; scripts that share them go on sharing. */
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        super.setBinding(kept);
    }

    /** Ties the script to its build. */
    public void attach(Build build) {
        dsl = new Dsl(build);
    }

    /** What a script that this one loads runs with: the same build and globals, variables of its own. */
    void attach(Dsl shared) {
        dsl = shared;
    }

    public Dsl dsl() {
        return dsl;
    }

    @Override
    public Object getProperty(String name) {
        if (name.equals("binding") || name.equals("metaClass") || name.equals("class")) {
            return super.getProperty(name);
        }
        if (ownFields().contains(name)) {
            return getMetaClass().getAttribute(this, name);
        }
        if (getBinding().hasVariable(name)) {
            return getBinding().getVariable(name);
        }
        Object global = dsl.global(this, name);
        if (global != null) {
            return global;
        }
        throw new MissingPropertyException(name, Binding.class);
    }

    @Override
    public void setProperty(String name, Object value) {
        if (name.equals("binding") || name.equals("metaClass")) {
            super.setProperty(name, value);
        } else if (ownFields().contains(name)) {
            getMetaClass().setAttribute(this, name, value);
        } else {
            getBinding().setVariable(name, value);
        }
    }

    @Override
    public Object invokeMethod(String name, Object args) {
        Object[] values = (Object[]) args;
        Object variable = getBinding().hasVariable(name) ? getBinding().getVariable(name) : null;
        if (variable instanceof Closure) {
            return ((Closure) variable).call(values);
        }
        if (variable != null && !InvokerHelper.getMetaClass(variable).respondsTo(variable, "call", values).isEmpty()) {
            return Dsl.cps(variable, "call", values);
        }
        if (definesMethod(name, values)) {
            return getMetaClass().invokeMethod(this, name, values);
        }
        return dsl.invoke(this, name, values);
    }

    /** True for a method that the script's author wrote. */
    public boolean definesMethod(String name, Object[] args) {
        return ownMethods().contains(name) && getMetaClass().getMetaMethod(name, args) != null;
    }

    /** True for the name of a method that the script's author wrote. */
    boolean definesMethod(String name) {
        return ownMethods().contains(name);
    }

    /** Names of what the script declares by {@code @Field}. */
    private Set<String> ownFields() {
        if (ownFields == null) {
            ownFields = new HashSet<>();
            for (Field field : getClass().getDeclaredFields()) {
                if (!field.isSynthetic() && !field.getName().startsWith("$") && !field.getName().startsWith("__")) {
                    ownFields.add(field.getName());
                }
            }
        }
        return ownFields;
    }

    private Set<String> ownMethods() {
        if (ownMethods == null) {
            ownMethods = new HashSet<>();
            for (Method method : getClass().getDeclaredMethods()) {
                if (!method.isSynthetic() && !method.getName().startsWith("$")) {
                    ownMethods.add(method.getName());
                }
            }
            ownMethods.removeAll(List.of("run", "main"));
        }
        return ownMethods;
    }

    // Script and Groovy's own methods would answer these calls before invokeMethod.

    @Override
    public void print(Object value) {
        dsl.invoke(this, "print", new Object[] {value});
    }

    @Override
    public void println() {
        dsl.invoke(this, "println", new Object[0]);
    }

    @Override
    public void println(Object value) {
        dsl.invoke(this, "println", new Object[] {value});
    }

    @Override
    public void printf(String format, Object value) {
        dsl.invoke(this, "print", new Object[] {String.format(format, value)});
    }

    @Override
    public void printf(String format, Object[] values) {
        dsl.invoke(this, "print", new Object[] {String.format(format, values)});
    }

    @Override
    public Object evaluate(String source) {
        return dsl.invoke(this, "evaluate", new Object[] {source});
    }
}
