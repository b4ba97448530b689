"""The daemon: what is due is measured, what was measured becomes rounds, and nothing delays measuring."""
