"""What one can do, planned and carried out."""
