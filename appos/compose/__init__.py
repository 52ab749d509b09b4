"""Compose projects: what a file means, what is wrong with it, and what would change if it were deployed."""
