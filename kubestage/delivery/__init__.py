"""Building, deploying, and watching what is served: everything goes over the platform's own APIs."""
