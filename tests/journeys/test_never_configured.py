"""A machine that has never seen Colter: targets on the command line, no configuration, no password."""

from pathlib import Path

import pytest
import yaml

from colter.demo.sandbox import Sandbox
from tests.journeys.shell import Shell


@pytest.fixture
def bare(box: Sandbox, tmp_path: Path) -> Shell:
    """Knows where the sample servers are, and nothing else."""
    addresses = yaml.safe_load(box.config.read_text())
    return Shell(
        tmp_path,
        {
            "COLTER_GITHUB__API_URL": addresses["github"]["api_url"],
            "COLTER_PYPI__INDEX_URL": addresses["pypi"]["index_url"],
            "COLTER_PYPI__STATS_URL": addresses["pypi"]["stats_url"],
            "COLTER_GITHUB__TOKEN": "sample",
            "WEB": next(each["url"] for each in addresses["endpoints"] if each["name"] == "website"),
        },
    )


def test_an_address_is_probed(bare: Shell) -> None:
    web = bare.env["WEB"]
    done = bare(f"colter probe {web} {web}broken --no-store -f json")
    assert done.code == 10, done.err
    assert [result["state"] for result in done.json["results"]] == ["up", "down"]


def test_a_package_is_tracked(bare: Shell) -> None:
    done = bare("colter track pypi Sample_Compass -f json")
    assert done.code == 0, done.err
    (reading,) = done.json["readings"]
    assert reading["target"] == "pypi:sample-compass"


def test_a_repository_is_tracked_and_one_that_is_not_there_costs_it_nothing(bare: Shell) -> None:
    done = bare("colter track github sample-org/compass sample-org/gone -f json")
    assert done.code == 5
    by_name = {reading["name"]: reading for reading in done.json["readings"]}
    assert by_name["sample-org/compass"]["values"]["stars"] == 1284
    assert by_name["sample-org/gone"]["status"] == "error"
    assert by_name["sample-org/gone"]["values"] == {}


def test_a_condition_that_holds_ends_with_ten(bare: Shell) -> None:
    assert bare("colter track github sample-org/compass --no-store --fail-on open_issues>11").code == 10
    assert bare("colter track github sample-org/compass --no-store --fail-on open_issues>12").code == 0


def test_without_targets_and_configuration_it_says_what_to_do(bare: Shell) -> None:
    done = bare("colter track pypi")
    assert done.code == 3
    assert done.out == ""
    assert "hint: name some, as in: colter track pypi requests" in done.err
    assert bare("colter status").code == 0


def test_a_mistyped_command_is_answered_with_the_nearest_one(bare: Shell) -> None:
    done = bare("colter trak github")
    assert done.code == 2
    assert "track" in done.err
