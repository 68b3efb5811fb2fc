package hudson.model;

import java.io.Serializable;

/** A person as scripts see one: who committed, who stopped a build, who answered. */
public final class User implements Serializable {
    private static final long serialVersionUID = 1L;
    private final String id;

    public User(String id) {
        this.id = id;
    }

    public String getId() {
        return id;
    }

    public String getFullName() {
        return id;
    }

    public String getDisplayName() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
