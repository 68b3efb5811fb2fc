"""The sandbox as a whole: up, status, logs, credentials, down."""
