package org.jenkinsci.plugins.workflow.job;

/** A pipeline: scripts import the name, and get no such object. */
public class WorkflowJob {
    WorkflowJob() {}
}
