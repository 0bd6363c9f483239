"""What `trimtab run` gives to programs that never take this library: their environment."""
