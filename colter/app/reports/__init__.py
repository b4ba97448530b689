"""What became of everything in a stretch of time: how long endpoints were up, how far numbers moved."""
