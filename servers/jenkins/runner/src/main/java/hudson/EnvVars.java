package hudson;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Variables by name, whose case doesn't matter: so scripts import it. */
public final class EnvVars extends TreeMap<String, String> {
    private static final long serialVersionUID = 1L;

    public EnvVars() {
        super(String.CASE_INSENSITIVE_ORDER);
    }

    public EnvVars(Map<String, String> variables) {
        this();
        putAll(variables);
    }

    /** The text with {@code $NAME} and {@code ${NAME}} replaced; unknown names stay. */
    public String expand(String text) {
        StringBuilder expanded = new StringBuilder();
        Matcher found = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))").matcher(text);
        while (found.find()) {
            String value = get(found.group(1) == null ? found.group(2) : found.group(1));
            found.appendReplacement(expanded, Matcher.quoteReplacement(value == null ? found.group() : value));
        }
        return found.appendTail(expanded).toString();
    }
}
