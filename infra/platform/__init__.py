"""The delivery platform: network, registry, cluster, GitLab, Jenkins, and the deployer's account."""
