package jenkinslight.runner.engine;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What surrounds a step: environment layers, server-side blocks, stages, the parallel branch, deadlines. Immutable and linked inwards-out, so
 * that branches share their parent's scope and leaving a block is putting the outer scope back.
 */
public final class Scope implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Scope outer;
    private Map<String, String> env = Collections.emptyMap();
    private boolean machineEnv;
    private Integer block;
    /** The block that this scope itself opens, or null. */
    private Integer opened;
    private Stage stage;
    private String branch;
    private Deadline deadline;

    private Scope(Scope outer) {
        this.outer = outer;
        if (outer != null) {
            block = outer.block;
            stage = outer.stage;
            branch = outer.branch;
        }
    }

    /** The scope of a build's first line. */
    public static Scope root() {
        return new Scope(null);
    }

    /** Inside {@code withEnv} and the like. */
    public Scope withEnv(Map<String, String> layer) {
        Scope inner = new Scope(this);
        inner.env = layer;
        return inner;
    }

    /**
     * Inside a block step of the server.
     *
     * @param call the step's call id, by which the server knows what the block means, and {@link Environment} its variables
     * @param machine true for {@code node}, whose variables are the machine's: the build's own win over them
     */
    public Scope withBlock(int call, boolean machine) {
        Scope inner = new Scope(this);
        inner.block = call;
        inner.opened = call;
        inner.machineEnv = machine;
        return inner;
    }

    /** Inside a stage. */
    public Scope withStage(Stage inside) {
        Scope inner = withEnv(Map.of("STAGE_NAME", inside.name()));
        inner.stage = inside;
        return inner;
    }

    /** Inside a branch of {@code parallel}. */
    public Scope withBranch(String name) {
        Scope inner = new Scope(this);
        inner.branch = name;
        return inner;
    }

    /** Inside {@code timeout}. */
    public Scope withDeadline(Deadline limit) {
        Scope inner = new Scope(this);
        inner.deadline = limit;
        return inner;
    }

    /** Call id of the innermost server-side block, or null. */
    public Integer block() {
        return block;
    }

    /** The innermost stage, or null. */
    public Stage stage() {
        return stage;
    }

    /** Name of the innermost parallel branch, or null. */
    public String branch() {
        return branch;
    }

    /** True inside the {@code timeout} of that deadline. */
    public boolean isWithin(Deadline limit) {
        for (Scope s = this; s != null; s = s.outer) {
            if (s.deadline == limit) {
                return true;
            }
        }
        return false;
    }

    /** The limits around, from outside in. */
    List<Deadline> deadlines() {
        List<Deadline> found = new ArrayList<>();
        for (Scope s = this; s != null; s = s.outer) {
            if (s.deadline != null) {
                found.add(0, s.deadline);
            }
        }
        return found;
    }

    /** Deadlines that restart with every sign of life, from inside out. */
    List<Deadline> activityDeadlines() {
        List<Deadline> found = new ArrayList<>();
        for (Scope s = this; s != null; s = s.outer) {
            if (s.deadline != null && s.deadline.isOnActivity()) {
                found.add(s.deadline);
            }
        }
        return found;
    }

    /** The environment layers from outside in: those of machines, or all others. */
    List<Map<String, String>> layers(boolean machines, Map<Integer, Map<String, String>> ofBlocks) {
        List<Map<String, String>> found = new ArrayList<>();
        for (Scope s = this; s != null; s = s.outer) {
            if (s.machineEnv == machines) {
                found.add(s.opened == null ? s.env : ofBlocks.getOrDefault(s.opened, Collections.emptyMap()));
            }
        }
        Collections.reverse(found);
        return found;
    }

    /** Call ids of the server's blocks around, from inside out. */
    List<Integer> blocks() {
        List<Integer> found = new ArrayList<>();
        for (Scope s = this; s != null; s = s.outer) {
            if (s.opened != null) {
                found.add(s.opened);
            }
        }
        return found;
    }

    /** True inside a {@code node}. */
    public boolean hasMachine() {
        for (Scope s = this; s != null; s = s.outer) {
            if (s.machineEnv) {
                return true;
            }
        }
        return false;
    }
}
