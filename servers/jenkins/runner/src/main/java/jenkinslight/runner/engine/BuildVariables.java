package jenkinslight.runner.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import jenkinslight.runner.protocol.Channel;

/** What a build's code finds by name: its environment, which depends on the place, and its parameters. */
public abstract class BuildVariables extends BuildCourse {
    private static final long serialVersionUID = 1L;

    private final Environment environment;
    /** Parameters that the script itself declares and that this build was given no value for. */
    private final Map<String, Object> defaults = new LinkedHashMap<>();

    BuildVariables(Channel channel, Map<?, ?> own, Map<?, ?> assigned) {
        super(channel);
        environment = new Environment(own, assigned);
    }

    /** What the build was started with. */
    public abstract BuildRequest request();

    /** Variables as they are at this place. */
    public Map<String, String> environment() {
        return environment.in(getScope());
    }

    /** A variable as it is at this place, or null; scripts may write its name in another case, as Jenkins' EnvVars does. */
    public String variable(String name) {
        return Environment.find(environment(), name);
    }

    /** The names of variables that hold secrets at this place. */
    public Set<String> sensitive() {
        return environment.sensitive(getScope());
    }

    /** {@code env.NAME = value}. */
    public void assign(String name, Object value) {
        environment.assign(name, value == null ? null : String.valueOf(value));
    }

    /** What {@code env.X = …} assigned so far. */
    public Map<String, String> assigned() {
        return environment.assigned();
    }

    /** The build's parameters by name: typed values. */
    public Map<String, Object> params() {
        Map<String, Object> params = new LinkedHashMap<>(defaults);
        params.putAll(request().params);
        return params;
    }

    /** Gives a parameter a value unless the build has one. */
    public void defaultParameter(String name, Object value) {
        defaults.putIfAbsent(name, value);
    }

    Environment variables() {
        return environment;
    }

    /** A block step of the server was left: its variables are gone. */
    public void left(int call) {
        environment.leave(call);
    }

    Map<String, Object> context(Scope scope) {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("env", environment.in(scope));
        context.put("block", scope.block());
        context.put("stage", scope.stage() == null ? null : scope.stage().id());
        context.put("stages", Stage.names(scope.stage()));
        context.put("branch", scope.branch());
        return context;
    }
}
