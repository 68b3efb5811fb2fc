package org.jenkinsci.plugins.credentialsbinding.impl;

import hudson.AbortException;

/** There are no such credentials, or of another kind. */
public class CredentialNotFoundException extends AbortException {
    private static final long serialVersionUID = 1L;

    public CredentialNotFoundException(String message) {
        super(message);
    }
}
