"""What may stand in the file: every key, what it may hold, and how mistakes are told."""
