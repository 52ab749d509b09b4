"""Superusers and users: passwords, tokens and the claim of the installation."""
