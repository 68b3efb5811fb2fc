package org.jenkinsci.plugins.workflow.support.steps.input;

import hudson.model.User;
import jenkins.model.CauseOfInterruption;

/** Somebody answered an {@code input} with no. */
public final class Rejection extends CauseOfInterruption {
    private static final long serialVersionUID = 1L;
    private final String user;

    public Rejection(String user) {
        this.user = user;
    }

    public User getUser() {
        return new User(user);
    }

    @Override
    public String getShortDescription() {
        return "Rejected by " + user;
    }
}
