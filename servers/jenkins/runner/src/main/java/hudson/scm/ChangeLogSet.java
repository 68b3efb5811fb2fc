package hudson.scm;

/** The commits since the build before: scripts import the name, and get no such object. */
public class ChangeLogSet {
    ChangeLogSet() {}
}
