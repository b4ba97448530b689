"""The numbers of a result: what was not measured is absent, never zero."""

from datetime import UTC, datetime

from colter.core.model import EndpointState, Phases, ProbeResult, Reason
from colter.core.probe_metrics import METRICS, samples

AT = datetime(2026, 5, 4, tzinfo=UTC)


def plain(result: ProbeResult) -> dict[str, float]:
    return {sample.metric.key: sample.value for sample in samples(result) if not sample.labels}


def test_an_answer_has_all_its_numbers() -> None:
    result = ProbeResult(
        "api",
        "https://api.example.org/",
        AT,
        EndpointState.UP,
        status_code=200,
        http_version="1.1",
        latency_ms=12.5,
        phases=Phases(connect=2.5, tls=4.0, processing=5.0, transfer=1.0),
        redirects=1,
        size=99,
        certificate_expires=AT,
    )
    assert plain(result) == {
        "up": 1,
        "duration_seconds": 0.0125,
        "http_status_code": 200,
        "http_version": 1.1,
        "redirects": 1,
        "content_bytes": 99,
        "tls_not_after_timestamp_seconds": AT.timestamp(),
        "tls_valid": 1,
        "attempts": 1,
    }
    phases = {sample.labels["phase"]: sample.value for sample in samples(result) if "phase" in sample.labels}
    assert phases == {"connect": 0.0025, "tls": 0.004, "processing": 0.005, "transfer": 0.001}
    states = {sample.labels["state"]: sample.value for sample in samples(result) if "state" in sample.labels}
    assert states == {"up": 1, "degraded": 0, "down": 0, "maintenance": 0, "unknown": 0}


def test_no_answer_has_no_latency() -> None:
    result = ProbeResult("api", "https://x.example/", AT, EndpointState.DOWN, Reason.CONNECT_REFUSED)
    assert plain(result) == {"up": 0, "attempts": 1}


def test_a_refused_certificate_is_not_valid() -> None:
    result = ProbeResult(
        "api", "https://x.example/", AT, EndpointState.DOWN, Reason.TLS_EXPIRED, certificate_expires=AT
    )
    assert plain(result)["tls_valid"] == 0


def test_what_is_unknown_is_neither_up_nor_down() -> None:
    assert "up" not in plain(ProbeResult("api", "", AT, EndpointState.UNKNOWN, Reason.SELF_OFFLINE))


def test_metrics_have_names_of_their_own_and_base_units() -> None:
    assert len({metric.prometheus for metric in METRICS}) == len({metric.key for metric in METRICS}) == len(METRICS)
    assert all(metric.prometheus == f"colter_probe_{metric.key}" for metric in METRICS)
    assert all(metric.prometheus.endswith(metric.unit) for metric in METRICS)
