"""Repositories on disk, through the real git."""
