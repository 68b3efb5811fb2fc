"""What exists, as Pulumi programs; declarations only."""
