"""What every test process begins with."""

import signal

import pytest
from hypothesis import HealthCheck, settings

from tests import full

pytest_plugins = ["tests.servers.fixtures"]

# A suite started in the background by a script inherits an ignored Ctrl-C, and so would every command it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


# How long an example takes is the machine's matter.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="the long form of every test that has a short one")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    full.FULL = config.getoption("--full")
    if full.FULL:
        config.option.timeout = 0  # long forms take as long as they take
