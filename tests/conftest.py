"""What every test process begins with."""

import signal

pytest_plugins = ["tests.servers.fixtures"]

# A suite started in the background by a script inherits an ignored Ctrl-C, and so would every command it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
