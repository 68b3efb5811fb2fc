package hudson.model;

/** A job or a folder: scripts import the name, and get no such object. */
public class Item {
    Item() {}
}
