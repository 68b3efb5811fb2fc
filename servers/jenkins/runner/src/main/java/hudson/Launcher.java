package hudson;

/** What starts processes: scripts import the name, and get no such object. */
public class Launcher {
    Launcher() {}
}
