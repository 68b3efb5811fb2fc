"""The delivery platform: network, registry, cluster, GitLab, Jenkins, the deployer's account, SonarQube if wanted."""
