"""What every test process begins with."""

import signal

import pytest

from tests import full

pytest_plugins = ["tests.servers.fixtures"]

# A suite started in the background by a script inherits an ignored Ctrl-C, and so would every command it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="the long form of every test that has a short one")


def pytest_configure(config: pytest.Config) -> None:
    full.FULL = config.getoption("--full")
