package jenkinslight.runner.webhook;

import java.util.LinkedHashMap;
import java.util.Map;

/** The variables of one expression, by name; a small document must not become gigabytes of them. */
final class Found {
    private static final int MOST_CHARACTERS = 16 << 20;
    private final Map<String, String> values = new LinkedHashMap<>();
    private final String regexpFilter;
    private int characters;

    /** @param regexpFilter what is taken out of each value */
    Found(String regexpFilter) {
        this.regexpFilter = regexpFilter;
    }

    /**
     * Adds a value, without what the filter finds.
     *
     * @throws IllegalArgumentException the variables together are too long
     */
    void put(String key, String value) {
        putWhole(variableName(key), Filter.remove(regexpFilter, value));
    }

    /** Adds a value as it is, under this very name. */
    void putWhole(String name, String value) {
        characters += name.length() + value.length();
        if (characters > MOST_CHARACTERS) {
            throw new IllegalArgumentException("its variables have more than " + MOST_CHARACTERS + " characters");
        }
        values.put(name, value);
    }

    Map<String, String> values() {
        return values;
    }

    /** No white space and no hyphens: shells couldn't name such a variable. */
    private static String variableName(String key) {
        return key.replaceAll("\\s", "_").replace('-', '_');
    }
}
