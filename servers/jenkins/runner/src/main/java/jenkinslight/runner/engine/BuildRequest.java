package jenkinslight.runner.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import jenkinslight.runner.language.Values;

/** What a {@code start} or {@code resume} message says about a build; see PROTOCOL.md for the fields. Never kept: it holds the parameters' secrets. */
public final class BuildRequest {
    final String build;
    final String script;
    final Map<String, Object> env;
    /** What {@code env.X = …} had assigned in the build that this one is restarted from. */
    final Map<String, Object> assigned;
    final Map<String, Object> params;
    final Object scm;
    final Set<String> steps;
    final Set<String> blockSteps;
    final Set<String> symbols;
    final Map<String, Object> currentBuild;
    final List<Object> causes;
    final List<Object> libraries;
    /** The names of the tools that there are, by type; null if that was not said. */
    final Map<String, List<String>> tools;
    /** Where the build's state is kept, or null. */
    final Path state;
    /** For {@code resume}: the variables of the server's open blocks, by call id. */
    final Map<String, Object> blocks;

    /** Reads the message. @throws IllegalArgumentException without {@code build} and {@code script} */
    public BuildRequest(Map<String, Object> message) {
        if (!(message.get("build") instanceof String) || !(message.get("script") instanceof String)) {
            throw new IllegalArgumentException("start needs the strings build and script");
        }
        build = (String) message.get("build");
        script = (String) message.get("script");
        env = map(message, "env");
        assigned = map(message, "assigned");
        params = map(message, "params");
        scm = Values.fromServer(message.get("scm"));
        steps = names(message, "steps");
        blockSteps = names(message, "blockSteps");
        symbols = names(message, "symbols");
        currentBuild = map(message, "currentBuild");
        causes = list(message, "causes");
        libraries = list(message, "libraries");
        tools = tools(message);
        state = message.get("state") == null ? null : Path.of(String.valueOf(message.get("state")));
        blocks = map(message, "blocks");
    }

    /** The build's id. */
    public String build() {
        return build;
    }

    /** True for a step without a block that the server knows. */
    public boolean hasStep(String name) {
        return steps.contains(name);
    }

    public boolean hasBlockStep(String name) {
        return blockSteps.contains(name);
    }

    public boolean hasSymbol(String name) {
        return symbols.contains(name);
    }

    /** In alphabetical order. */
    public Set<String> symbols() {
        return new TreeSet<>(symbols);
    }

    /** The server's steps together with the runner's own, in alphabetical order. */
    public Set<String> allSteps(Collection<String> simple, Collection<String> flow) {
        Set<String> all = new TreeSet<>(steps);
        all.addAll(blockSteps);
        all.addAll(simple);
        all.addAll(flow);
        return all;
    }

    /** The job's SCM as a describable, or null. */
    public Object scm() {
        return scm;
    }

    public Map<String, Object> currentBuild() {
        return currentBuild;
    }

    private static Map<String, Object> map(Map<String, Object> message, String field) {
        Object value = Values.fromServer(message.get(field));
        return value instanceof Map ? (Map<String, Object>) value : new LinkedHashMap<>();
    }

    /** The tools that a message names, or null. */
    public static Map<String, List<String>> tools(Map<String, Object> message) {
        return message.get("tools") instanceof Map ? (Map<String, List<String>>) message.get("tools") : null;
    }

    private static List<Object> list(Map<String, Object> message, String field) {
        Object value = Values.fromServer(message.get(field));
        return value instanceof List ? (List<Object>) value : new ArrayList<>();
    }

    private static Set<String> names(Map<String, Object> message, String field) {
        Set<String> names = new HashSet<>();
        list(message, field).forEach(name -> names.add(String.valueOf(name)));
        return names;
    }
}
