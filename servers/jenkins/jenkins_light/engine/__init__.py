"""What makes builds happen: queue, executors, the runner JVM, a build's course, its log and its processes."""
