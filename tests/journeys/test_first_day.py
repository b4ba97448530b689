"""A user's first day: track, probe, look back; as a shell sees it."""

from colter.demo.sandbox import Sandbox
from tests.journeys.shell import Shell


def test_tracking_repositories_shows_what_github_says(sh: Shell) -> None:
    done = sh("colter track github -f json")
    assert done.code == 0, done.err
    readings = {reading["name"]: reading for reading in done.json["readings"]}
    assert list(readings) == ["sample-org/compass", "sample-org/lantern", "sample-org/notes"]
    compass = readings["sample-org/compass"]["values"]
    assert compass["stars"] == 1284
    assert compass["open_issues"] == 12
    assert compass["open_pull_requests"] == 3
    assert compass["release_downloads"] == 812 + 301 + 2950
    assert readings["sample-org/notes"]["values"]["release_downloads"] == 0


def test_tracking_packages_shows_releases_and_downloads(sh: Shell) -> None:
    done = sh("colter track pypi -f json")
    assert done.code == 0, done.err
    readings = {reading["name"]: reading for reading in done.json["readings"]}
    assert readings["sample-compass"]["info"]["version"] == "2.4.0"
    assert readings["sample-compass"]["values"]["releases"] == 4
    assert readings["sample-lantern"]["values"]["vulnerabilities"] == 1
    assert readings["sample-lantern"]["values"]["downloads_day"] > 0


def test_probing_finds_each_endpoint_in_its_state(sh: Shell) -> None:
    done = sh("colter probe -f json")
    assert done.code == 10, done.err
    found = {result["endpoint"]: (result["state"], result["reason"]) for result in done.json["results"]}
    assert found == {
        "website": ("up", None),
        "api": ("up", None),
        "shop": ("up", None),
        "wiki": ("degraded", "cert_expiring"),
        "checkout": ("down", "http_status"),
        "search": ("down", "timeout_headers"),
        "mail": ("down", "tls_expired"),
        "database": ("down", "connect_refused"),
    }


def test_what_was_seen_is_known_when_every_server_is_gone(sh: Shell, box: Sandbox) -> None:
    assert sh("colter status -f json").json["targets"] == []
    assert sh("colter track all -q").code == 0
    assert sh("colter probe website checkout -q").code == 10
    box.config.write_text(box.config.read_text().replace("127.0.0.1", "192.0.2.1"))  # a network that answers nothing
    done = sh("colter status -f json")
    assert done.code == 0, done.err
    targets = [target["target"] for target in done.json["targets"]]
    assert targets == [
        "github:sample-org/compass",
        "github:sample-org/lantern",
        "github:sample-org/notes",
        "probe:checkout",
        "probe:website",
        "pypi:sample-compass",
        "pypi:sample-lantern",
    ]


def test_the_second_look_tells_what_changed(sh: Shell, box: Sandbox) -> None:
    sh("colter track github")
    box.next_day()
    assert sh("colter track github").code == 0
    (stars,) = [
        target["values"]["stars"]
        for target in sh("colter status -f json").json["targets"]
        if target["target"] == "github:sample-org/compass"
    ]
    assert (stars["value"], stars["before"]) == (1291, 1284)


def test_a_dry_run_shows_everything_and_keeps_nothing(sh: Shell, box: Sandbox) -> None:
    assert "sample-org/compass" in sh("colter track github --dry-run").out
    assert "website" in sh("colter probe website --no-store").out
    assert not list(box.folder.rglob("*.db*"))


def test_the_token_is_shown_nowhere(sh: Shell, box: Sandbox) -> None:
    token = "canary-6f1d2c9b"
    with_canary = Shell(sh.home, {**box.env, "SAMPLE_TOKEN": token})
    for command in ("track github -vv", "track all -f json", "status -f json", "config show", "config check"):
        done = with_canary(f"colter {command}")
        assert done.code == 0, done.err
        assert token not in done.out + done.err
    assert [path for path in box.folder.rglob("*") if path.is_file() and token.encode() in path.read_bytes()] == []


def test_what_is_kept_is_for_its_owner_alone(sh: Shell, box: Sandbox) -> None:
    sh("colter track github")
    state = box.folder / "colter"
    assert state.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in state.rglob("*"))


def test_authorities_that_are_not_there_are_told_before_anything_is_probed(sh: Shell, box: Sandbox) -> None:
    (box.folder / "authority.pem").unlink()
    done = sh("colter probe shop")
    assert done.code == 3
    assert "probe.tls.ca: expected a file of certificates" in done.err
