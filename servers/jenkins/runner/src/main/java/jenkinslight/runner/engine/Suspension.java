package jenkinslight.runner.engine;

import com.cloudbees.groovy.cps.Outcome;
import java.io.Serializable;
import jenkinslight.runner.language.Spans;

/** Why a head stands still: what a script's code hands out when it gives control back to the scheduler. */
abstract class Suspension implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Starts what the head waits for; it ends by {@link Scheduler#resume}. */
    abstract void begin(Scheduler scheduler, Head head);

    /** Takes the wait up again after the build's state was read in a new JVM. By default there is nothing to do: others end this wait. */
    void takeUp(Scheduler scheduler, Head head) {}

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
        private final long end;
        private final boolean quiet;

        Sleep(long millis, boolean quiet) {
            this.end = System.currentTimeMillis() + millis;
            this.quiet = quiet;
        }

        @Override
        void begin(Scheduler scheduler, Head head) {
            scheduler.later(Math.max(0, end - System.currentTimeMillis()), () -> {
                if (head.waitsFor(this)) {
                    scheduler.resume(head, new Outcome(null, null));
                }
            });
        }

        @Override
        void takeUp(Scheduler scheduler, Head head) {
            if (!quiet) {
                long left = end - System.currentTimeMillis();
                scheduler.build().log(head.scope, "text", left > 0 ? "Sleeping for " + Spans.text(left) : "No need to sleep any longer");
            }
            begin(scheduler, head);
        }
    }
}
