package jenkins.model;

import hudson.model.User;
import java.io.Serializable;

/** Why something was interrupted; scripts look at the classes and ask who did it. */
public abstract class CauseOfInterruption implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The line that Jenkins prints. */
    public abstract String getShortDescription();

    @Override
    public String toString() {
        return getClass().getName() + ": " + getShortDescription();
    }

    /** Somebody stopped the build. */
    public static final class UserInterruption extends CauseOfInterruption {
        private static final long serialVersionUID = 1L;
        private final String user;

        public UserInterruption(String user) {
            this.user = user;
        }

        public User getUser() {
            return new User(user);
        }

        public String getUserId() {
            return user;
        }

        @Override
        public String getShortDescription() {
            return "Aborted by " + user;
        }
    }
}
