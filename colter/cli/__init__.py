"""The commands. Heavy imports stand inside functions, so that light commands start light."""
