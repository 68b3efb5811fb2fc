package jenkinslight.runner.language;

import java.util.LinkedHashMap;
import java.util.Map;

/** Describables that are written as calls inside arguments: {@code scmGit(branches: …)}, {@code logRotator(…)}. */
public final class Symbols {
    /** The key that holds a symbol's name. */
    public static final String NAME = "$symbol";

    /** The key that holds its unnamed arguments. */
    public static final String ARGS = "$args";

    private Symbols() {}

    /** The map a symbol's call becomes on its way to the server. */
    public static Map<String, Object> describe(String name, StepArguments arguments) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put(NAME, name);
        described.putAll(arguments.getNamed());
        if (!arguments.getPositional().isEmpty()) {
            described.put(ARGS, arguments.getPositional());
        }
        return described;
    }
}
