package org.jenkinsci.plugins.workflow.steps;

/** A step stands where it lacks something: outside of a node, say. */
public class MissingContextVariableException extends Exception {
    private static final long serialVersionUID = 1L;

    public MissingContextVariableException(String message) {
        super(message);
    }
}
