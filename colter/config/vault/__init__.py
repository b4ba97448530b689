"""The secrets: one master password, one random data key, every value sealed to its place and destination."""
