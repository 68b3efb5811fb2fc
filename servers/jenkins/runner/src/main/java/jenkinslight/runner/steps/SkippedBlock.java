package jenkinslight.runner.steps;

/** The server is done with a block step without its block: {@code lock(skipIfLocked: true)} on what is not free. */
public final class SkippedBlock extends Exception {
    private static final long serialVersionUID = 1L;
}
