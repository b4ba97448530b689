"""Watching endpoints from a program of one's own, under the names that Clockwerk documents, on Colter's engine.

It runs in the event loop of that program, prints nothing, and logs through `logging` (`colter.*`).
"""

import logging

from colter.monitoring.config import DatabaseConfig, EmailConfig, MonitorConfig
from colter.monitoring.models import Endpoint
from colter.monitoring.scheduler import scheduling_loop

__all__ = ["DatabaseConfig", "EmailConfig", "Endpoint", "MonitorConfig", "scheduling_loop"]

# Where a program has not set up logging, warnings would be printed to its stderr.
logging.getLogger("colter").addHandler(logging.NullHandler())
