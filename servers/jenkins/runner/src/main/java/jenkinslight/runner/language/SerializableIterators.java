package jenkinslight.runner.language;

import java.io.Serializable;
import java.util.AbstractCollection;
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
 * Iterators and views which a build's state may hold while a step runs: the JDK's aren't serialisable. As Jenkins' (workflow-cps' IteratorHack),
 * those of a list follow its changes, those of sets and maps are over copies. The methods named {@code iterator}, {@code entrySet},
 * {@code keySet}, {@code values} are a Groovy category for calls from groovy-cps' own Java.
 */
public final class SerializableIterators {
    private SerializableIterators() {}

    /** Over a list as it is at each moment. */
    private static final class ListIterator<E> implements Iterator<E>, Serializable {
        private static final long serialVersionUID = 1L;
        private final List<E> items;
        private int next;
        private int last = -1;

        ListIterator(List<E> items) {
            this.items = items;
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
            last = next++;
            return items.get(last);
        }

        @Override
        public void remove() {
            if (last < 0) {
                throw new IllegalStateException();
            }
            items.remove(last);
            next = last;
            last = -1;
        }
    }

    /** What a loop goes over. */
    private static final class Loop<E> extends AbstractCollection<E> implements Serializable {
        private static final long serialVersionUID = 1L;
        private final List<E> items;

        Loop(List<E> items) {
            this.items = items;
        }

        @Override
        public Iterator<E> iterator() {
            return new ListIterator<>(items);
        }

        @Override
        public int size() {
            return items.size();
        }
    }

    /** A copy of a map's entries, which can't be changed. */
    private static final class Entries<E> extends AbstractSet<E> implements Serializable {
        private static final long serialVersionUID = 1L;
        private final List<E> entries;

        Entries(List<E> entries) {
            this.entries = entries;
        }

        @Override
        public Iterator<E> iterator() {
            return new ListIterator<>(entries);
        }

        @Override
        public int size() {
            return entries.size();
        }
    }

    /** The keys of a map; to remove one is to remove it from the map. */
    private static final class Keys extends AbstractSet<Object> implements Serializable {
        private static final long serialVersionUID = 1L;
        private final Map<?, ?> map;

        Keys(Map<?, ?> map) {
            this.map = map;
        }

        @Override
        public Iterator<Object> iterator() {
            return new Removing(map);
        }

        @Override
        public boolean contains(Object key) {
            return map.containsKey(key);
        }

        @Override
        public int size() {
            return map.size();
        }
    }

    /** Goes over a copy of a map's keys and removes from the map. */
    private static final class Removing implements Iterator<Object>, Serializable {
        private static final long serialVersionUID = 1L;
        private final Map<?, ?> map;
        private final ListIterator<Object> keys;
        private Object last;

        Removing(Map<?, ?> map) {
            this.map = map;
            keys = new ListIterator<>(new ArrayList<>(map.keySet()));
        }

        @Override
        public boolean hasNext() {
            return keys.hasNext();
        }

        @Override
        public Object next() {
            last = keys.next();
            return last;
        }

        @Override
        public void remove() {
            keys.remove();
            map.remove(last);
        }
    }

    /** Something to iterate over, for {@code for (x in …)}. */
    static Iterable<?> iterable(Object collection) {
        return new Loop<>(items(collection));
    }

    /** A serialisable iterator, or null where the object has another kind of its own. */
    static Iterator<?> iteratorOf(Object collection) {
        List<?> items = items(collection);
        return items == null ? null : new ListIterator<>(items);
    }

    private static List<?> items(Object collection) {
        if (collection instanceof List) {
            return (List<?>) collection;
        }
        if (collection instanceof Loop) {
            return ((Loop<?>) collection).items;
        }
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
        return new Entries<>(entries(map));
    }

    public static Set keySet(Map map) {
        return new Keys(map);
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
