package jenkinslight.runner.language;

import groovy.lang.GroovyObjectSupport;
import groovy.lang.GroovyRuntimeException;
import groovy.lang.MissingPropertyException;
import java.io.Serializable;
import jenkinslight.runner.engine.Build;
import org.codehaus.groovy.runtime.InvokerHelper;

/**
 * What the step {@code library} returns: its classes by name, {@code library('x').com.acme.Tool.new(this)}, their static methods and fields.
 */
public final class LoadedClasses extends GroovyObjectSupport implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Build build;
    private final String packages;
    private final String type;

    public LoadedClasses(Build build) {
        this(build, "", null);
    }

    private LoadedClasses(Build build, String packages, String type) {
        this.build = build;
        this.packages = packages;
        this.type = type;
    }

    @Override
    public Object getProperty(String name) {
        if (type != null) {
            try {
                return load(type).getField(name).get(null);
            } catch (ReflectiveOperationException notAField) {
                // A property, or a class within.
            }
        }
        if (Character.isUpperCase(name.charAt(0))) {
            String inner = type == null ? name : type + "$" + name;
            load(inner);
            return new LoadedClasses(build, packages, inner);
        }
        if (type != null) {
            throw new MissingPropertyException(name, load(type));
        }
        return new LoadedClasses(build, packages + name + ".", null);
    }

    @Override
    public Object invokeMethod(String name, Object args) {
        Class<?> loaded = load(type);
        return name.equals("new") ? InvokerHelper.invokeConstructorOf(loaded, args) : InvokerHelper.invokeStaticMethod(loaded, name, args);
    }

    private Class<?> load(String name) {
        try {
            return build.compiler().load(packages + name);
        } catch (ClassNotFoundException missing) {
            throw new GroovyRuntimeException(missing);
        }
    }
}
