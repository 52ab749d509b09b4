"""Huey inside the gunicorn worker, and what it runs."""
