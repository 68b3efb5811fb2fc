"""The portal over its API, among parts that are simulated over HTTP and can be stopped one by one."""
