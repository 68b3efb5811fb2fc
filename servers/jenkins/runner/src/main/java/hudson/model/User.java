package hudson.model;

/** An account: scripts import the name, and get no such object. */
public class User {
    User() {}
}
