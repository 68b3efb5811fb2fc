"""The library behind kubestage's tasks."""
