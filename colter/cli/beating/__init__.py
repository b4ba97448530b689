"""What `colter beat` is made of: running a job, and keeping what it reports."""
