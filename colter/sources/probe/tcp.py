"""One look at a TCP port: whether it takes a connection, and how fast."""

from dataclasses import replace

import pycurl

from colter.sources.probe.answer import Answer
from colter.sources.probe.check import Check
from colter.sources.probe.engine import Transfer
from colter.sources.probe.reasons import diagnose
from colter.sources.probe.wire import Steps, Wire, find, prepare, take_timings


def connect(check: Check, wire: Wire, answer: Answer) -> Steps:
    """Open a connection and close it; ProbeFailedError when that is not possible."""
    addresses = yield from find(check.address, check, wire, answer)
    # libcurl knows no tcp:// of its own; with CONNECT_ONLY it stops before it would speak HTTP.
    curl = prepare(replace(check.address, scheme="http"), addresses, wire)
    curl.setopt(pycurl.CONNECT_ONLY, 1)
    transfer = Transfer(curl)
    try:
        yield transfer
        took = take_timings(curl, check.address, answer)
        if transfer.code != pycurl.E_OK:
            raise diagnose(transfer, check.address, answer, check.timeout)
    finally:
        curl.close()
    answer.complete = True
    answer.log.append(f"connected to {answer.ip} port {check.address.port} ({took:.1f} ms)")
