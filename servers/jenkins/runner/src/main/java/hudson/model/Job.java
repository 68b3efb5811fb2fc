package hudson.model;

/** A job: scripts import the name, and get no such object. */
public class Job {
    Job() {}
}
