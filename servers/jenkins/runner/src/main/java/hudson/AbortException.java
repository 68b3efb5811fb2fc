package hudson;

import java.io.IOException;

/**
 * A failure whose message is for the user: Jenkins prints it as {@code ERROR: message}, without a stack trace. Has Jenkins' name, since
 * scripts catch it by that.
 */
public class AbortException extends IOException {
    private static final long serialVersionUID = 1L;

    public AbortException(String message) {
        super(message);
    }
}
