"""The uuid service in one environment."""
