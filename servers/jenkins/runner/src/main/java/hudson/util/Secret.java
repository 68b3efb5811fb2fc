package hudson.util;

/** A text that is kept encrypted: scripts import the name, and get no such object. */
public class Secret {
    Secret() {}
}
