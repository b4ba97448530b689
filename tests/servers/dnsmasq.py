"""A real name server with a few records, and those of nobody else."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.process import LOOPBACK, free_port, running, server_program, tcp_ready

ZONE = [
    "--local=/example.org/",  # what is not below is NXDOMAIN, and nobody else is asked
    "--host-record=www.example.org,192.0.2.1,2001:db8::1",
    "--host-record=local.example.org,127.0.0.1",
    "--host-record=split.example.org,127.0.0.1",
    "--cname=alias.example.org,www.example.org",
    "--mx-host=example.org,mail.example.org,10",
    "--txt-record=example.org,v=spf1 -all",
    "--srv-host=_imap._tcp.example.org,mail.example.org,143",
    *(f"--txt-record=long.example.org,{number}{'x' * 200}" for number in range(9)),  # too long for UDP
]


@contextmanager
def dnsmasq() -> Iterator[int]:
    """Start it; yields its port, for UDP and for TCP."""
    server = server_program("dnsmasq")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="colter-dns-") as folder:
        argv = [server, "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file="]
        argv += [f"--port={port}", f"--listen-address={LOOPBACK}", "--bind-interfaces", *ZONE]
        argv += ["--user=root"] if os.geteuid() == 0 else []
        with running(argv, tcp_ready(port), cwd=Path(folder)):
            yield port
