"""What would go wrong on this engine and this host, looked at before anything is deployed."""
