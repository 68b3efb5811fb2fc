package jenkinslight.runner.declarative;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The names that Declarative knows, of Jenkins with the plugins that this one stands in for, in the order in which Jenkins lists them. */
final class Known {
    /** Which agent types there are, and their settings; the first is required unless there is none. */
    static final Map<String, List<String>> AGENTS = Map.of(
            "docker", List.of("image", "alwaysPull", "args", "containerPerStageRoot", "customWorkspace", "label", "registryCredentialsId",
                    "registryUrl", "retries", "reuseNode"),
            "dockerfile", List.of("additionalBuildArgs", "args", "containerPerStageRoot", "customWorkspace", "dir", "filename", "label",
                    "registryCredentialsId", "registryUrl", "retries", "reuseNode"),
            "label", List.of("label", "customWorkspace", "retries"),
            "node", List.of("label", "customWorkspace", "retries"));
    static final List<String> AGENT_TYPES = List.of("any", "docker", "dockerfile", "label", "none");
    /** Conditions of {@code post}, in the order in which they are judged: by the ordinals of the plugin's extensions. */
    static final List<String> POST = List.of("always", "changed", "fixed", "regression", "aborted", "success", "unsuccessful", "unstable", "failure",
            "notBuilt", "cleanup");
    static final Set<String> PARAMETERS = sorted("booleanParam", "choice", "credentials", "file", "password", "run", "string", "text");
    static final Set<String> TRIGGERS = sorted("GenericTrigger", "cron", "githubPush", "gitlab", "parameterizedCron", "pollSCM", "upstream");
    static final Set<String> TOOLS = sorted("ant", "git", "gradle", "jdk", "jgit", "maven", "nodejs");
    /** Steps with a block that need no node, so that they can go around a whole pipeline or stage. */
    private static final List<String> WRAPPERS = List.of("ansiColor", "catchError", "lock", "node", "retry", "script", "throttle", "timeout", "timestamps",
            "waitUntil", "warnError", "withContext", "withCredentials", "withEnv", "wrap");
    static final Set<String> OPTIONS = sorted("authorizationMatrix", "buildDiscarder", "checkoutToSubdirectory", "copyArtifactPermission",
            "disableConcurrentBuilds", "disableRestartFromStage", "disableResume", "durabilityHint", "gitLabConnection", "githubProjectProperty", "lockableResources",
            "newContainerPerStage", "overrideIndexTriggers", "parallelsAlwaysFailFast", "preserveStashes", "quietPeriod", "rateLimitBuilds",
            "skipDefaultCheckout", "skipStagesAfterUnstable", "throttleJobProperty");
    static final Set<String> STAGE_OPTIONS = sorted("checkoutToSubdirectory", "skipDefaultCheckout");
    /** Conditions of {@code when}, with the number of conditions inside: 0 none, -1 at least one. */
    static final Map<String, Integer> WHEN = Map.ofEntries(Map.entry("allOf", -1), Map.entry("anyOf", -1), Map.entry("not", 1),
            Map.entry("branch", 0), Map.entry("buildingTag", 0), Map.entry("changeRequest", 0), Map.entry("changelog", 0),
            Map.entry("changeset", 0), Map.entry("environment", 0), Map.entry("equals", 0), Map.entry("expression", 0),
            Map.entry("isRestartedRun", 0), Map.entry("tag", 0), Map.entry("triggeredBy", 0));
    /** The parameters of conditions: what may be said; those with a star must be. */
    static final Map<String, List<String>> WHEN_PARAMETERS = Map.of(
            "branch", List.of("*pattern", "comparator"),
            "changelog", List.of("*pattern"),
            "changeset", List.of("*pattern", "caseSensitive", "comparator"),
            "environment", List.of("*name", "*value", "ignoreCase"),
            "equals", List.of("*actual", "*expected"),
            "tag", List.of("pattern", "comparator"),
            "triggeredBy", List.of("*cause", "detail"),
            "buildingTag", List.of(),
            "isRestartedRun", List.of(),
            "changeRequest", List.of("author", "authorDisplayName", "authorEmail", "branch", "comparator", "fork", "id", "target", "title", "url"));

    static {
        WRAPPERS.stream().filter(step -> !step.equals("node")).forEach(step -> {
            OPTIONS.add(step);
            STAGE_OPTIONS.add(step);
        });
    }

    private Known() {}

    /** The one of the names that is most like a misspelt one, as Jenkins' "did you mean". */
    static String nearest(String wrong, Iterable<String> names) {
        String best = null;
        int least = Integer.MAX_VALUE;
        for (String name : names) {
            int distance = distance(wrong, name);
            if (distance < least) {
                least = distance;
                best = name;
            }
        }
        return best;
    }

    /** How many letters have to be put in, left out or changed. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }

    private static Set<String> sorted(String... names) {
        return new TreeSet<>(List.of(names));
    }
}
