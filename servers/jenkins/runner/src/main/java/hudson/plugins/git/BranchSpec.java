package hudson.plugins.git;

import java.io.Serializable;

/** A branch that a job builds; {@code scm.branches} has these. */
public final class BranchSpec implements Serializable {
    private static final long serialVersionUID = 1L;
    private final String name;

    public BranchSpec(String name) {
        this.name = name;
    }

    public String getName() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }
}
