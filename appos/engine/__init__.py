"""Docker Engine, behind a port."""
