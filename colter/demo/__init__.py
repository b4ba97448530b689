"""The sandbox of `colter demo`: invented sample data, served on loopback by real servers."""
