"""Collections and settings, as PocketBase has them."""
