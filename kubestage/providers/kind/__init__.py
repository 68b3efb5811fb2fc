"""Our own plugin `kubestage`: the kind cluster as a resource."""
