package jenkinslight.runner.language;

import groovy.lang.GString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jenkinslight.runner.engine.Build;

/** Secrets that a script's own strings carry into the arguments of steps, where other users of the machine may see them. */
final class Interpolation {
    private Interpolation() {}

    /** Warns in Jenkins' words (workflow-cps, DSL.logInterpolationWarnings). */
    static void check(String step, StepArguments arguments, Build build) {
        Set<String> sensitive = build.sensitive();
        if (sensitive.isEmpty()) {
            return;
        }
        Set<String> texts = new HashSet<>();
        collect(arguments.getNamed(), texts);
        collect(arguments.getPositional(), texts);
        Map<String, String> variables = build.environment();
        List<String> found = new ArrayList<>();
        for (String name : sensitive) {
            String secret = variables.getOrDefault(name, "");
            if (!secret.isEmpty() && texts.stream().anyMatch(text -> text.contains(secret))) {
                found.add(name);
            }
        }
        if (!found.isEmpty()) {
            build.echo("Warning: A secret was passed to \"" + step + "\" using Groovy String interpolation, which is insecure.\n"
                    + "\t\t Affected argument(s) used the following variable(s): " + found + "\n"
                    + "\t\t See https://jenkins.io/redirect/groovy-string-interpolation for details.");
        }
    }

    private static void collect(Object value, Set<String> texts) {
        if (value instanceof GString) {
            texts.add(value.toString());
        } else if (value instanceof Collection) {
            ((Collection<?>) value).forEach(item -> collect(item, texts));
        } else if (value instanceof Map) {
            ((Map<?, ?>) value).values().forEach(item -> collect(item, texts));
        }
    }
}
