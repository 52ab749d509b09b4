"""Apps: Compose projects as AppOS deploys and operates them."""
