package com.cloudbees.plugins.credentials.common;

/** A username with password: scripts import the name, and get no such object. */
public class StandardUsernamePasswordCredentials {
    StandardUsernamePasswordCredentials() {}
}
