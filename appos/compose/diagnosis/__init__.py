"""What is wrong with a Compose file, looked for in one sort of thing at a time."""
