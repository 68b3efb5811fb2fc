package org.jenkinsci.plugins.workflow.flow;

/** How well a build's state is kept, under the name by which Jenkins tells of it. */
public enum FlowDurabilityHint {
    PERFORMANCE_OPTIMIZED, SURVIVABLE_NONATOMIC, MAX_SURVIVABILITY
}
