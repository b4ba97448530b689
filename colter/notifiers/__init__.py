"""Ways to tell somebody: each brings a message to one kind of receiver."""
