"""What the host and each app use: sampled, kept for a week, and read for charts."""
