package jenkinslight.runner.engine;

import java.io.IOException;
import java.io.NotSerializableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a build's state on disk, as Jenkins does when nothing of a build can run on: each time all heads stand still. What has effects, calls to the
 * server, is held back until then: of a call that the server hears of, a checkpoint knows.
 */
final class Keeper {
    /** Where the state goes; null for a build that shall not outlive its JVM. */
    private final Path file;
    private final List<Runnable> held = new ArrayList<>();
    private boolean changed;
    private int written;

    Keeper(Path file) {
        this.file = file;
    }

    /** Sends something once the state is kept. */
    void hold(Runnable sending) {
        held.add(sending);
    }

    /** Something ran since the last checkpoint. */
    void change() {
        changed = true;
    }

    /**
     * Nothing of the build can run: keeps its state, then sends what was held back.
     *
     * @return null, or why the state can't be kept; then nothing was sent
     */
    Throwable settle(Build build) {
        if (changed && file != null) {
            try {
                // The server gives it its name after it has taken all messages before, so that the state never runs ahead of the log.
                Path next = file.resolveSibling(file.getFileName() + "." + ++written);
                Checkpoint.write(build, next);
                build.tell("checkpoint", "file", next.getFileName().toString(), "pending", build.pendingCalls());
            } catch (NotSerializableException failure) {
                held.clear();
                return failure;
            } catch (IOException failure) {
                // As in Jenkins: the build goes on, only a restart now would take it up from an earlier place.
                System.err.println(build.id() + ": its state can't be kept: " + failure);
            }
        }
        changed = false;
        List<Runnable> now = new ArrayList<>(held);
        held.clear();
        now.forEach(Runnable::run);
        return null;
    }
}
