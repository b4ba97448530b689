"""What `colter export` does, one module for each of its jobs."""
