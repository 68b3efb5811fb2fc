package hudson;

/** A file on a node: scripts import the name, and get no such object. */
public class FilePath {
    FilePath() {}
}
