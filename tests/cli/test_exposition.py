"""What Prometheus is told is valid, complete, and survives hostile labels."""

import subprocess
from dataclasses import replace

import pytest

from colter.cli.render.probes import points
from colter.core.model import Sample
from colter.core.ports import LastKnown, TargetStatus
from colter.sinks.exposition import of_readings, of_status, openmetrics, page
from tests.cli import measured
from tests.fakes.clock import START
from tests.needing import program


def samples(page: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    families = text_string_to_metric_families(page)  # type: ignore[no-untyped-call]
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_every_number_stands_under_its_declared_name_and_labels() -> None:
    found = samples(openmetrics(of_readings(measured.READINGS)))
    assert found == {
        ("colter_github_repo_stars", (("repo", "pallets/flask"),)): 71234,
        ("colter_github_repo_pushed_timestamp_seconds", (("repo", "pallets/flask"),)): START.timestamp(),
        ("colter_github_repo_info", (("language", "Python"), ("repo", "pallets/flask"))): 1,
        ("colter_pypi_downloads_tracked_total", (("package", "requests"),)): 5,
        ("colter_pypi_downloads", (("package", "requests"), ("window", "1d"))): 1,
        ("colter_pypi_downloads", (("package", "requests"), ("window", "7d"))): 7,
        ("colter_pypi_by_system", (("package", "requests"), ("system", "Linux"))): 3,
        ("colter_pypi_info", (("package", "requests"), ("version", "2.33.0"))): 1,
    }


def test_probes_have_up_phases_and_certificate() -> None:
    found = samples(openmetrics(points(measured.RESULTS)))
    api = (("endpoint", "api"), ("group", "backend"))
    assert found["colter_probe_up", api] == 1
    assert found["colter_probe_duration_seconds", api] == pytest.approx(0.012345)
    assert found["colter_probe_phase_seconds", (*api, ("phase", "tls"))] == pytest.approx(0.003)
    assert not [key for key in found if key[0] == "colter_probe_up" and ("endpoint", "offline") in key[1]]


def test_what_is_known_is_exposed_too() -> None:
    known = {"stars": LastKnown(measured.GOOD.target, "stars", 5.0, START, 3.0)}
    status = TargetStatus(measured.GOOD.target, START, None, known, {}, {})
    found = samples(openmetrics(of_status([status], measured.CATALOGUE)))
    assert found == {("colter_github_repo_stars", (("repo", "pallets/flask"),)): 5}


def test_what_changes_with_every_push_is_no_label() -> None:
    pushed = replace(measured.GOOD, info={"language": "Python", "last_push": "2026-05-04T12:00:00+00:00"})
    assert "last_push=" not in openmetrics(of_readings([pushed]))


def test_hostile_labels_and_numbers_that_are_none_do_not_spoil_the_page() -> None:
    odd = replace(measured.GOOD, samples=[Sample(measured.STARS, float("nan"))])
    page = openmetrics([*of_readings([measured.HOSTILE_READING, odd]), *points([measured.DOWN])])
    page.encode()
    assert "\x1b" not in page
    assert len([key for key in samples(page) if key[0] == "colter_github_repo_stars"]) == 1


def test_the_same_series_twice_is_written_once() -> None:
    assert len(samples(openmetrics(of_readings([measured.GOOD, measured.GOOD])))) == 3
    assert openmetrics(of_readings([measured.GOOD, measured.GOOD])).count("71234") == 1


def test_promtool_has_nothing_to_say() -> None:
    # In the older text format, the only one that promtool reads.
    text = page([*of_readings(measured.READINGS), *points(measured.RESULTS)], "text")
    checked = subprocess.run([program("promtool"), "check", "metrics"], input=text, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
