"""The parts' own APIs, each as far as the portal needs it."""
