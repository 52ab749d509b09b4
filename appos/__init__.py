"""AppOS: one container that turns a Docker host into a self-hosting platform."""

__version__ = "0.1.0"
