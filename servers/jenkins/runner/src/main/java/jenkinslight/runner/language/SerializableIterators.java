package jenkinslight.runner.language;

import java.io.Serializable;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;

/**
 * Iterators and views over copies, which a build's state may hold while a step runs: the JDK's aren't serialisable. The methods named
 * {@code iterator}, {@code entrySet}, {@code keySet}, {@code values} are a Groovy category for calls from groovy-cps' own Java.
 */
public final class SerializableIterators {
    private SerializableIterators() {}

    private static final class CopyIterator<E> implements Iterator<E>, Serializable {
        private static final long serialVersionUID = 1L;
        private final ArrayList<E> items;
        private int next;

        CopyIterator(Collection<E> items) {
            this.items = new ArrayList<>(items);
        }

        @Override
        public boolean hasNext() {
            return next < items.size();
        }

        @Override
        public E next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return items.get(next++);
        }
    }

    private static final class CopySet<E> extends AbstractSet<E> implements Serializable {
        private static final long serialVersionUID = 1L;
        private final ArrayList<E> items;

        CopySet(Collection<E> items) {
            this.items = new ArrayList<>(items);
        }

        @Override
        public Iterator<E> iterator() {
            return new CopyIterator<>(items);
        }

        @Override
        public int size() {
            return items.size();
        }
    }

    /** Something to iterate over, for {@code for (x in …)}. */
    static Iterable<?> iterable(Object collection) {
        return new CopySet<>(items(collection));
    }

    /** A serialisable iterator, or null where the object has another kind of its own. */
    static Iterator<?> iteratorOf(Object collection) {
        List<?> items = items(collection);
        return items == null ? null : new CopyIterator<>(items);
    }

    private static List<?> items(Object collection) {
        if (collection instanceof Collection) {
            return new ArrayList<>((Collection<?>) collection);
        }
        if (collection instanceof Map) {
            return entries((Map<?, ?>) collection);
        }
        return collection instanceof Object[] ? Arrays.asList((Object[]) collection) : null;
    }

    private static List<Map.Entry<Object, Object>> entries(Map<?, ?> map) {
        List<Map.Entry<Object, Object>> entries = new ArrayList<>();
        map.forEach((key, value) -> entries.add(new AbstractMap.SimpleImmutableEntry<>(key, value)));
        return entries;
    }

    public static Set entrySet(Map map) {
        return new CopySet<>(entries(map));
    }

    public static Set keySet(Map map) {
        return new CopySet<>(map.keySet());
    }

    public static Collection values(Map map) {
        return new ArrayList<>(map.values());
    }

    public static Iterator iterator(ArrayList list) {
        return iteratorOf(list);
    }

    public static Iterator iterator(LinkedHashMap map) {
        return iteratorOf(map);
    }

    public static Iterator iterator(HashSet set) {
        return iteratorOf(set);
    }

    public static Iterator iterator(LinkedHashSet set) {
        return iteratorOf(set);
    }

    public static Iterator iterator(TreeSet set) {
        return iteratorOf(set);
    }

    public static Iterator iterator(Collection collection) {
        return iteratorOf(collection);
    }

    public static Iterator iterator(Map map) {
        return iteratorOf(map);
    }

    public static Iterator iterator(Object[] array) {
        return iteratorOf(array);
    }
}
