"""Jobs that report in: what is thought of them, from what they said and when it was due."""
