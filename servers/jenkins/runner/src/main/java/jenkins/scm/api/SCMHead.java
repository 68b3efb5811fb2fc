package jenkins.scm.api;

/** A branch of a multibranch project: scripts import the name, and get no such object. */
public class SCMHead {
    SCMHead() {}
}
