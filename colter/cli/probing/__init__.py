"""What `colter probe` is made of: which checks, how often, and what it means."""
