"""A substitute for the official Docker plugin, for the types that kubestage's programs use."""
