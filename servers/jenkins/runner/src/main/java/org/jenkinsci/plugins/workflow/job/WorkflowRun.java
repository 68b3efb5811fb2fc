package org.jenkinsci.plugins.workflow.job;

/** A pipeline's build: scripts import the name, and get no such object. */
public class WorkflowRun {
    WorkflowRun() {}
}
