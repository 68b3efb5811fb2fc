package jenkins.scm.api;

/** Where a multibranch project comes from: scripts import the name, and get no such object. */
public class SCMSource {
    SCMSource() {}
}
