package com.cloudbees.plugins.credentials;

/** What finds credentials: scripts import the name, and get no such object. */
public class CredentialsProvider {
    CredentialsProvider() {}
}
