package org.jenkinsci.plugins.workflow.support.steps.build;

import groovy.lang.GroovyObjectSupport;
import java.io.Serializable;

/** The type of {@code currentBuild} and of other builds, which scripts give to parameters of their methods. */
public abstract class RunWrapper extends GroovyObjectSupport implements Serializable {
    private static final long serialVersionUID = 1L;
}
