"""A probe's result under the names of blackbox_exporter, so that its dashboards and rules go on.

https://github.com/prometheus/blackbox_exporter, prober/*.go. A number that was not measured is absent, where that
exporter has 0; except for the few that its rules are written with (`probe_success`, `probe_http_status_code == 0`).
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from colter.core.model import EndpointState, Metric, ProbeResult, Reason
from colter.sinks.text_format import Point
from colter.sources.probe.url import Url

UP = frozenset({EndpointState.UP, EndpointState.DEGRADED})
_BODY = frozenset({Reason.BODY_MISMATCH, Reason.HEADER_MISMATCH})
_HTTP = frozenset({"http", "https"})
_FNV_BASIS, _FNV_PRIME = 0x811C9DC5, 0x01000193


def of_result(result: ProbeResult, address: Url, seconds: float, timeout: float) -> Iterator[Point]:
    """What blackbox_exporter would tell of it.

    Args:
        result: of one probe, up, degraded or down.
        address: of the endpoint.
        seconds: how long the probe took as a whole.
        timeout: how long it might have taken.
    """
    scheme = address.scheme
    yield _point("success", "Whether the probe was a success.", result.state in UP)
    yield _point("duration_seconds", "How long the probe took to complete in seconds.", seconds)
    yield _point("timeout_seconds", "How long the probe might have taken in seconds.", timeout)
    resolve = (result.phases.resolve or 0.0) / 1000
    yield _point("dns_lookup_time_seconds", "The time taken for the DNS lookup in seconds.", resolve)
    yield from _address(result.ip or (address.host if address.literal else None))
    if result.certificate_expires is not None:
        expires = result.certificate_expires.timestamp()
        yield _point("ssl_earliest_cert_expiry", "When the server's certificate expires, in unixtime.", expires)
    if scheme in _HTTP:
        yield from _http(result)
    else:
        yield from _phases(result, _KINDS.get(scheme))
    if scheme not in ("dns", "icmp"):
        failed = result.reason in _BODY
        yield _point("failed_due_to_regex", "Whether the probe failed because of what was answered.", failed)
    if scheme == "dns":
        yield _point("dns_query_succeeded", "Whether the query got an answer.", result.latency_ms is not None)


def _http(result: ProbeResult) -> Iterator[Point]:
    yield _point("http_status_code", "Response HTTP status code.", result.status_code or 0)
    yield _point("http_version", "The version of HTTP of the probe response.", float(result.http_version or 0))
    yield _point("http_redirects", "The number of redirects.", result.redirects)
    secure = result.status_code is not None and result.certificate_expires is not None
    yield _point("http_ssl", "Whether TLS was used for the final request.", secure)
    if result.size is not None:
        yield _point("http_content_length", "Length of the body in bytes.", result.size)
        yield _point("http_uncompressed_body_length", "Length of the body in bytes.", result.size)
    yield from _phases(result, "http")


def _address(ip: str | None) -> Iterator[Point]:
    address = ip_address(ip.partition("%")[0]) if ip else None
    help_ = "Whether the probe's IP protocol is IPv4 or IPv6; 0: no address was found."
    yield _point("ip_protocol", help_, address.version if address else 0)
    if address:
        number = _FNV_BASIS
        for byte in address.packed:  # FNV-1a
            number = ((number ^ byte) * _FNV_PRIME) & 0xFFFFFFFF
        yield _point("ip_addr_hash", "The hash of the address, which tells when it changes.", number)


def _phases(result: ProbeResult, kind: str | None) -> Iterator[Point]:
    """`probe_http_duration_seconds{phase}` and its like; of TCP there is none."""
    if kind is None:
        return
    for ours, theirs in _PHASES[kind].items():
        spent = getattr(result.phases, ours)
        help_ = f"Duration of the {kind} probe by phase, in seconds."
        yield _point(f"{kind}_duration_seconds", help_, (spent or 0.0) / 1000, ("phase", theirs))


def _point(name: str, help_: str, value: float, *labels: tuple[str, str]) -> Point:
    full = f"probe_{name}"
    return Point(full, labels, float(value), Metric(name, help_, full, "", ""))


_KINDS = {"dns": "dns", "icmp": "icmp", "ws": "websocket", "wss": "websocket"}
_OURS = {each: each for each in ("resolve", "connect", "tls", "processing", "transfer")}
_PHASES: Mapping[str, Mapping[str, str]] = {
    "http": _OURS,
    "websocket": _OURS,
    "dns": {"resolve": "resolve", "connect": "connect", "processing": "request"},
    "icmp": {"resolve": "resolve", "connect": "setup", "processing": "rtt"},
}
