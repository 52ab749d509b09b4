"""One change, to all who listen: clients, what they subscribed to, and what each may know."""
