"""Jobs as rows: state, steps, log and the lock of a subject."""
