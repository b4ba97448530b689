"""Reports over a window of time: how long endpoints were up, and how far the numbers of all others moved."""
