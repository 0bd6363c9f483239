"""`trimtab up`: a server on SQLite, a profile for it, and an env file moved into it."""
