package jenkinslight.runner.declarative;

import java.util.regex.Pattern;

/** How {@code when} compares names. */
public final class Patterns {
    private Patterns() {}

    /**
     * Compares as Jenkins' comparators do.
     *
     * @param value what there is; null never matches
     * @param pattern what is asked for; null matches any value
     * @param comparator EQUALS, GLOB (in Ant's manner) or REGEXP; null means GLOB
     */
    public static boolean matches(String value, String pattern, String comparator) {
        if (value == null || pattern == null) {
            return value != null;
        }
        switch (comparator == null ? "GLOB" : comparator) {
            case "EQUALS":
                return value.equals(pattern);
            case "REGEXP":
                return Pattern.compile(pattern).matcher(value).matches();
            default:
                return Pattern.compile(glob(pattern)).matcher(value).matches();
        }
    }

    /** {@code *} stays within a path's part, {@code **} doesn't, a trailing {@code /} means all below. */
    private static String glob(String pattern) {
        String ant = pattern.replace('\\', '/');
        if (ant.endsWith("/")) {
            ant += "**";
        }
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < ant.length(); i++) {
            if (ant.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (ant.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (ant.charAt(i) == '*') {
                regex.append("[^/]*");
            } else if (ant.charAt(i) == '?') {
                regex.append("[^/]");
            } else {
                regex.append(Pattern.quote(String.valueOf(ant.charAt(i))));
            }
        }
        return regex.toString();
    }
}
