package jenkinslight.runner.declarative;

import java.util.Locale;
import java.util.regex.Pattern;

/** How {@code when} compares names. */
public final class Patterns {
    private Patterns() {}

    /**
     * Compares as Jenkins' comparators do.
     *
     * @param value what there is; null never matches
     * @param pattern what is asked for; null matches any value
     * @param comparator EQUALS, GLOB (in Ant's manner) or REGEXP; anything else means GLOB, for which capitals don't matter
     */
    public static boolean matches(String value, String pattern, String comparator) {
        return matches(value, pattern, comparator, false);
    }

    /** As {@link #matches(String, String, String)}; capitals matter for GLOB if {@code exact}. */
    public static boolean matches(String value, String pattern, String comparator, boolean exact) {
        if (value == null || pattern == null) {
            return value != null;
        }
        switch (comparator == null ? "GLOB" : comparator.toUpperCase(Locale.ROOT)) {
            case "EQUALS":
                return value.equals(pattern);
            case "REGEXP":
                return Pattern.compile(pattern).matcher(value).matches();
            default:
                return Pattern.compile(glob(pattern), exact ? 0 : Pattern.CASE_INSENSITIVE).matcher(value).matches();
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
            if (ant.substring(i).equals("/**")) {
                regex.append("(?:/.*)?");
                i += 2;
            } else if (ant.startsWith("**/", i)) {
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
