"""Terminals: a shell in a container, over a WebSocket, that cleans up after itself."""
