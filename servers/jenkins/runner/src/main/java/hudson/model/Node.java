package hudson.model;

/** A node: scripts import the name, and get no such object. */
public class Node {
    Node() {}
}
