"""What `colter daemon` is made of: running until a signal comes, following its configuration, serving over HTTP."""
