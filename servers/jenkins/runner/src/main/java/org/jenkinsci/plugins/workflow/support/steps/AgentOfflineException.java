package org.jenkinsci.plugins.workflow.support.steps;

import java.io.IOException;

/** An agent was lost. It happens to no build here, but scripts ask whether an error is one. */
public final class AgentOfflineException extends IOException {
    private static final long serialVersionUID = 1L;

    private AgentOfflineException(String message) {
        super(message);
    }
}
