"""What Colter shows over HTTP."""
