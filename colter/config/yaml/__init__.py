"""The file itself: strict YAML with the place of every value, changed without touching any other byte."""
