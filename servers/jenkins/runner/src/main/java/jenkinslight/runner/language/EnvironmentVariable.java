package jenkinslight.runner.language;

import groovy.lang.GroovyObjectSupport;
import java.io.Serializable;
import java.util.Map;
import jenkinslight.runner.engine.Build;

/** The global variable {@code env}: reads what a step would see here, null for nothing; assignments hold for the rest of the build. */
public final class EnvironmentVariable extends GroovyObjectSupport implements Serializable {
    private static final long serialVersionUID = 1L;
    private final Build build;

    public EnvironmentVariable(Build build) {
        this.build = build;
    }

    @Override
    public Object getProperty(String name) {
        return build.variable(name);
    }

    @Override
    public void setProperty(String name, Object value) {
        build.assign(name, String.valueOf(value));
    }

    /** {@code env['NAME']}. */
    public Object getAt(String name) {
        return getProperty(name);
    }

    /** {@code env['NAME'] = value}. */
    public void putAt(String name, Object value) {
        setProperty(name, value);
    }

    /** A copy of all variables. */
    public Map<String, String> getEnvironment() {
        return build.environment();
    }
}
