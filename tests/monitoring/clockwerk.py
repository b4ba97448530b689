"""What the README of Clockwerk 0.1.2 (MIT, HysingerDev) tells its users to write, word for word."""

import re

CONFIGURE = """\
# Import the necessary config-models and scheduling loop
from clockwerk.scheduler import scheduling_loop
from clockwerk.config import MonitorConfig, EmailConfig, DatabaseConfig
from clockwerk.models import Endpoint

# Create an instance of the MonitorConfig to specify monitored endpoints.
monitor_config = MonitorConfig(
    endpoints = [
        Endpoint(url: "https://test-exmaple.com", timeout=2, alert_threshold=3),
        Endpoint(url: "https://api_testpoint.org", timeout=3, alert_threshold=2)
    ], 
    check_interval = 60,        # Checks the specified endpoints every 60 seconds.
    latency_threshold = 1.5     # Raises an alert if the endpoint latency exceeds the specified number (seconds)
)

# Model for e-mail configuration used to raise and send alert messages.
email_config = EmailConfig(
    smtp_host="smtp.mailtrap.io",               # SMTP Host
    smtp_port=587,                              # Port to run your email alerts from
    email_from="randommail@yourdomain.com",     # Email address sending the alerts
    email_to="alerts@yourdomain.com"            # Email address receiving the alerts.
)

# Database configuration model (MySQL, PostgreSQL, SQLite)
db_config = DatabaseConfig(
    db_activation=True,             # Writes results to DB if True.
    db_driver="sqlite",             # Specify the desired DB platform.
    db_name="clockwerk.db",         # Identifying name for DB.
    db_user="root",                 # Identifying user for DB.
    db_password="SuperSecret123",   # Individual password for DB access.
    db_host="localhost",            # Host associated with current DB.
    db_port=1200                    # Available port to run DB connection on.
)
"""  # noqa: W291  as it stands there
_IMPORT = """\
# Import the necessary config-models and scheduling loop
import asyncio
from clockwerk.scheduler import scheduling_loop
from clockwerk.config import MonitorConfig, EmailConfig, DatabaseConfig
from clockwerk.models import Endpoint

"""
RUN = f"""\
{_IMPORT}# Run the scheduling loop (if running the loop from a synchronous context)
asyncio.run(scheduling_loop(
    monitor_config=monitor_config,
    email_config=email_config,
    db_config=db_config
))
"""
AWAIT = f"""\
{_IMPORT}# Run the scheduling loop (if running the loop from an asynchronous context)
await scheduling_loop(
    monitor_config=monitor_config,
    email_config=email_config,
    db_config=db_config
)
"""
_IMPORTED = re.compile(r"from clockwerk\.\w+ import (.+)")


def moved(code: str, **values: object) -> str:
    """The same code with its syntax error mended and its import changed, and with values of somebody's own."""
    names = ", ".join(_IMPORTED.findall(code))
    code = _IMPORTED.sub("", code.replace("Endpoint(url: ", "Endpoint(url="))
    for key, value in values.items():
        code, found = re.subn(rf"\b{key}( ?= ?)[\w.\"]+", rf"{key}\g<1>{value!r}", code)
        assert found == 1, key
    return f"from colter.monitoring import {names}\n{code}"


def watching(code: str, *urls: str) -> str:
    """The same code for other addresses."""
    for documented, url in zip(("https://test-exmaple.com", "https://api_testpoint.org"), urls, strict=True):
        code = code.replace(documented, url)
    return code
