"""Who did what, and which requests came."""
