"""SQLite, its schema and its queries."""
