"""Files on their way into the store: read, compared with what is there, turned into edits."""
