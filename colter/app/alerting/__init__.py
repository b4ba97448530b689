"""Alerts at work: what is configured, who decides, who tells."""
