package hudson.model;

/** A node's executors: scripts import the name, and get no such object. */
public class Computer {
    Computer() {}
}
