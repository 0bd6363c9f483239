"""The audit trail as it is read: questions, verification, checkpoints; and what is found later."""
