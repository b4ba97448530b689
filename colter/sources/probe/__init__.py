"""Endpoints, probed by libcurl on a thread of its own."""
