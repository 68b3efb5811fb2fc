package jenkinslight.runner.steps;

/** What a stage's body returns when it did nothing. */
public enum Skipped {
    STAGE
}
