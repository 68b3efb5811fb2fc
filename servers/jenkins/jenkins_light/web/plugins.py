"""The plugins whose work this server does, so that clients which ask for them go on.

The versions are those that it was modelled on.
"""

PLUGINS: dict[str, tuple[str, str]] = {
    "ansicolor": ("1.0.6", "AnsiColor"),
    "branch-api": ("2.1280.v0d4e5b_b_460ef", "Branch API Plugin"),
    "cloudbees-folder": ("6.1012.v79a_86a_1ea_c1f", "Folders Plugin"),
    "configuration-as-code": ("1985.vdda_32d0c4ea_b_", "Configuration as Code Plugin"),
    "credentials": ("1415.v831096eb_5534", "Credentials Plugin"),
    "credentials-binding": ("687.v619cb_15e923f", "Credentials Binding Plugin"),
    "generic-webhook-trigger": ("2.4.1", "Generic Webhook Trigger Plugin"),
    "git": ("5.7.0", "Jenkins Git plugin"),
    "gitlab-plugin": ("1.9.9", "GitLab Plugin"),
    "junit": ("1335.v6b_a_a_e18534e1", "JUnit Plugin"),
    "lockable-resources": ("1255.vf48745da_35d0", "Lockable Resources plugin"),
    "pipeline-model-definition": ("2.2258.v4e96d2b_da_f9b_", "Pipeline: Declarative"),
    "pipeline-rest-api": ("2.38", "Pipeline: REST API Plugin"),
    "pipeline-utility-steps": ("2.19.0", "Pipeline Utility Steps"),
    "plain-credentials": ("195.vb_906e9073dee", "Plain Credentials Plugin"),
    "sonar": ("2.18.2", "SonarQube Scanner for Jenkins"),
    "throttle-concurrents": ("625.vc8b_e469e9a_b_c", "Throttle Concurrent Builds Plug-in"),
    "timestamper": ("1.29", "Timestamper"),
    "workflow-aggregator": ("608.v67378e9d3db_1", "Pipeline"),
    "workflow-basic-steps": ("1079.vce64b_a_929c5a_", "Pipeline: Basic Steps"),
    "workflow-cps": ("4106.v7a_8a_8176d450", "Pipeline: Groovy"),
    "workflow-durable-task-step": ("1405.v1fcd4a_d00096", "Pipeline: Nodes and Processes"),
    "workflow-job": ("1520.v56d65e3b_4566", "Pipeline: Job"),
    "ws-cleanup": ("0.48", "Workspace Cleanup Plugin"),
}
