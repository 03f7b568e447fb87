"""What the project withstands, by group, with figures: ``make soak``."""
