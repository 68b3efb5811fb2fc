"""git over SSH: the server's own keys, who comes in, and the git that they run."""
