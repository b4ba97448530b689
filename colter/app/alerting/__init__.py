"""Alerts: what is configured, who decides, who tells. The rules themselves, without any I/O: `colter.core.alerting`."""
