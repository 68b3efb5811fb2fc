"""A substitute for the official Kubernetes plugin, for the types that kubestage's programs use."""
