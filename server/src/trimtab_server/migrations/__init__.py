"""The schema's one history, and moving a database along it."""
