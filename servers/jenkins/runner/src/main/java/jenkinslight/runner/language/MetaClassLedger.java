package jenkinslight.runner.language;

import groovy.lang.GroovySystem;
import groovy.lang.MetaClassRegistryChangeEvent;
import groovy.lang.MetaClassRegistryChangeEventListener;
import java.util.HashSet;
import java.util.Set;

/** Notes which shared classes a build's code has changed ({@code String.metaClass.x = …}), to change them back when it has ended. */
public final class MetaClassLedger {
    private static final ThreadLocal<MetaClassLedger> CURRENT = new ThreadLocal<>();

    private final Set<Class<?>> changed = new HashSet<>();

    static {
        GroovySystem.getMetaClassRegistry().addMetaClassRegistryChangeEventListener(new MetaClassRegistryChangeEventListener() {
            @Override
            public void updateConstantMetaClass(MetaClassRegistryChangeEvent change) {
                MetaClassLedger ledger = CURRENT.get();
                if (ledger != null) {
                    ledger.changed.add(change.getClassToUpdate());
                }
            }
        });
    }

    /** From now on this thread's changes are noted here. */
    public void open() {
        CURRENT.set(this);
    }

    /** No longer. */
    public static void leave() {
        CURRENT.remove();
    }

    /** Undoes what was noted. */
    void undo() {
        changed.forEach(type -> GroovySystem.getMetaClassRegistry().removeMetaClass(type));
        changed.clear();
    }
}
