"""F12: a portal answers everything with its own page and status 200: no number is made of that, or exported."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, reply

PAGE = (
    b"<!DOCTYPE html><html><head><title>Hotel</title></head><body><a href='/login'>Welcome! Log in.</a></body></html>"
)
KINDS = ("text/html", "application/json", "application/vnd.pypi.simple.v1+json")
"""What it says that its page is; some say anything."""
SOURCES = {"github": ("pallets/flask", "my-org/*"), "pypi": ("requests", "httpx")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("token", [True, False], ids=["with a token", "without"])
def test_of_a_portals_page_no_number_is_made(tmp_path: Path, kind: str, token: bool) -> None:
    machine, file = Machine(tmp_path), tmp_path / "all.jsonl"
    with EndpointServer(reply(body=PAGE, Content_Type=kind)) as portal:
        github = {"targets": SOURCES["github"], "api_url": portal.url(), **({"token": "t" * 40} if token else {})}
        pypi = {"packages": SOURCES["pypi"], "index_url": portal.url("/simple"), "stats_url": portal.url()}
        sinks = {"file": {"path": str(file)}}
        machine.configure(json.dumps({"github": github, "pypi": pypi, **sinks}))
        shown = machine.inside("track", "all", "-f", "json", "-o", "file")
        assert portal.requests
    assert shown.code == 5
    assert "Traceback" not in shown.err
    readings = json.loads(shown.out)["readings"]
    exported = [json.loads(line) for line in file.read_text().splitlines()]
    kept = [
        json.loads(line) for line in machine.inside("export", "--since", "1d", "-f", "jsonl", "-q").out.splitlines()
    ]
    for each in (*readings, *exported, *kept):
        assert each["values"] == {}, each
        assert each["status"] == "error", each
