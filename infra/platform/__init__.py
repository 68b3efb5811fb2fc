"""The delivery platform: network, registry, cluster, GitLab, Jenkins, portal, accounts, SonarQube if wanted."""
