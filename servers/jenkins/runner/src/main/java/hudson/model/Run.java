package hudson.model;

/** A raw build: scripts import the name, and get no such object. */
public class Run {
    Run() {}
}
