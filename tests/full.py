"""Whether the long forms were asked for, with `--full`: tests/conftest.py says so before any test is imported."""

FULL = False
