package hudson.tasks.test;

/** A build's test results, which scripts ask a raw build for; there is none. */
public class AbstractTestResultAction {
    AbstractTestResultAction() {}
}
