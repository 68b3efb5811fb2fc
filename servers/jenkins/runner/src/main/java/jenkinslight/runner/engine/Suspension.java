package jenkinslight.runner.engine;

import com.cloudbees.groovy.cps.Outcome;
import java.io.Serializable;

/** Why a head stands still: what a script's code hands out when it gives control back to the scheduler. */
abstract class Suspension implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Starts what the head waits for; it ends by {@link Scheduler#resume}. */
    abstract void begin(Scheduler scheduler, Head head);

    /**
     * The head is to be interrupted; its {@code interruption} is set already and wins over whatever the wait ends with. By default the wait ends
     * at once.
     */
    void interrupt(Scheduler scheduler, Head head) {
        scheduler.resume(head, new Outcome(null, null));
    }

    /** Gives other heads and builds a turn. */
    static final class Yield extends Suspension {
        private static final long serialVersionUID = 1L;

        @Override
        void begin(Scheduler scheduler, Head head) {
            scheduler.resume(head, new Outcome(null, null));
        }

        @Override
        void interrupt(Scheduler scheduler, Head head) {
            // In the queue already: the interruption is raised when its turn comes.
        }
    }

    /** {@code sleep}, and the pauses of {@code waitUntil}. */
    static final class Sleep extends Suspension {
        private static final long serialVersionUID = 1L;
        private final long millis;

        Sleep(long millis) {
            this.millis = millis;
        }

        @Override
        void begin(Scheduler scheduler, Head head) {
            scheduler.later(millis, () -> {
                if (head.waitsFor(this)) {
                    scheduler.resume(head, new Outcome(null, null));
                }
            });
        }
    }
}
