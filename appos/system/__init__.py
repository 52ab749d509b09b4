"""The state of the whole, and its upkeep."""
