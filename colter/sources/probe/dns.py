"""One look at a name server: what it says to one question."""

from pathlib import Path

from colter.config.schema.addresses import split_dns
from colter.sources.probe import nameserver
from colter.sources.probe.answer import Answer, ProbeFailedError
from colter.sources.probe.check import Check
from colter.sources.probe.steps import now
from colter.sources.probe.wire import Steps, Wire, find

_RESOLV_CONF = Path("/etc/resolv.conf")


def ask(check: Check, wire: Wire, answer: Answer) -> Steps:
    """Ask, and note the response code and the records; ProbeFailedError when there is no proper reply."""
    _, port, name, kind = split_dns(check.address.text)
    [server, *_] = (yield from find(check.address, check, wire, answer)) if check.address.host else [_own_server()]
    answer.ip = server
    asked = now()
    try:
        reply = yield from nameserver.ask((server, port), name, kind, wire.deadline)
    except ProbeFailedError:
        answer.add("processing", (now() - asked) * 1000)
        raise
    answer.add("processing", (reply.at - asked) * 1000)
    answer.rcode, answer.records, answer.size = reply.rcode, list(reply.records), reply.size
    answer.complete = True
    answer.log.append(f"{server} answered {reply.rcode} with {len(reply.records)} records of type {kind}")
    answer.log.extend(reply.records)


def _own_server() -> str:
    """The first name server of this machine; itself where none is named, as resolv.conf(5) says."""
    lines = _RESOLV_CONF.read_text("utf-8", "replace").splitlines() if _RESOLV_CONF.is_file() else []
    servers = [words[1] for line in lines if (words := line.split())[:1] == ["nameserver"] and len(words) > 1]
    return next(iter(servers), "127.0.0.1")
