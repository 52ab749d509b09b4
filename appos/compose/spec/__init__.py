"""What the Compose Specification allows where: tables of keys and of the forms their values take."""
