"""The portal: one page over GitLab, Jenkins, the registry and Kubernetes, by their public APIs alone."""
