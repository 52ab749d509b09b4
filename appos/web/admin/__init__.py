"""The admin panel at /_/."""

from flask import Flask


def register(app: Flask) -> None:
    """Nothing yet."""
