"""A small AI assistant whose services follow their settings in Trimtab while it runs."""
