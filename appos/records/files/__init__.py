"""Files of records: their names, their types, where they lie, and how they are served."""
