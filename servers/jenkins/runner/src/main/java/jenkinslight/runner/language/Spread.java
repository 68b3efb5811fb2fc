package jenkinslight.runner.language;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.codehaus.groovy.runtime.typehandling.DefaultTypeTransformation;

/** {@code *items} among the arguments of a call, until {@link GuardedInvoker} puts the items there. */
public final class Spread implements Serializable {
    private static final long serialVersionUID = 1L;

    private final ArrayList<Object> items;

    private Spread(List<?> items) {
        this.items = new ArrayList<>(items);
    }

    /** @throws IllegalArgumentException neither a list nor an array, in Groovy's words */
    public static Spread of(Object value) {
        if (value == null) {
            return new Spread(Collections.singletonList(null));
        }
        if (value instanceof List) {
            return new Spread((List<?>) value);
        }
        if (value.getClass().isArray()) {
            return new Spread(DefaultTypeTransformation.primitiveArrayToList(value));
        }
        throw new IllegalArgumentException("cannot spread the type " + value.getClass().getName() + " with value " + value
                + (value instanceof Map ? ", did you mean to use the spread-map operator instead?" : ""));
    }

    /** A list literal with {@code *items} in it. @param first nothing; it keeps Groovy from taking one item for all */
    public static List<Object> list(String first, Object... items) {
        return new ArrayList<>(Arrays.asList(items));
    }

    /** Arguments with all items in their places. */
    static Object[] expanded(Object[] args) {
        boolean any = false;
        for (Object arg : args) {
            any |= arg instanceof Spread;
        }
        if (!any) {
            return args;
        }
        List<Object> all = new ArrayList<>();
        for (Object arg : args) {
            if (arg instanceof Spread) {
                all.addAll(((Spread) arg).items);
            } else {
                all.add(arg);
            }
        }
        return all.toArray();
    }
}
