"""Git repositories of others: read over HTTP and SSH, never written."""
