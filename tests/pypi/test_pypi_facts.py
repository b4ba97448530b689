"""Facts from an index: versions, releases, yanks, states of a project, and what is new."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from colter.core.model import Status
from colter.demo.serve import Answer, as_json
from tests.fakes.pypi import file, html_page, json_page, page, raw
from tests.fakes.pypi_watch import Watch, watching

FACTS = {"releases", "latest_release_timestamp", "version", "requires_python", "yanked"}


@pytest.fixture
def watch() -> Iterator[Watch]:
    with watching() as found:
        yield found


def stamp(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_a_package_in_good_order_is_read_whole(watch: Watch) -> None:
    watch.fake.package("httpx", "0.27.0", "0.28.1")
    reading = watch.look("httpx")["httpx"]
    assert (reading.status, dict(reading.missing)) == (Status.OK, {})
    assert reading.values == {
        "downloads_day": 10,
        "downloads_week": 70,
        "downloads_month": 300,
        "downloads_180d": 1800,
        "downloads_tracked_total": 1800,
        "data_timestamp": stamp("2026-05-03T00:00:00Z"),
        "releases": 2,
        "latest_release_timestamp": stamp("2026-01-01T00:00:00Z"),
        "vulnerabilities": 0,
    }
    assert reading.info == {"version": "0.28.1", "yanked": "false", "requires_python": ">=3.9"}
    assert sorted(ask.path for ask in watch.fake.asks) == [
        "/api/packages/httpx/overall",
        "/pypi/httpx/json",
        "/simple/httpx/",
    ]


def test_the_index_is_asked_for_json_and_takes_html(watch: Watch) -> None:
    watch.fake.package("httpx", "1.0")
    watch.look("httpx")
    (ask,) = [ask for ask in watch.fake.asks if ask.path == "/simple/httpx/"]
    assert ask.headers["accept"].startswith("application/vnd.pypi.simple.v1+json,")
    assert "text/html" in ask.headers["accept"]
    assert ask.headers["user-agent"].startswith("colter/")


@pytest.mark.parametrize(
    ("versions", "latest"),
    [
        (["1.0", "1.10", "1.9"], "1.10"),
        (["1.0", "2.0rc1"], "1.0"),
        (["1.0", "2.0.dev1"], "1.0"),
        (["1.0a1", "1.0rc1", "1.0b2"], "1.0rc1"),
        (["1.0", "1.0.post1"], "1.0.post1"),
        (["2024.1", "1!0.1"], "1!0.1"),
        (["2004d", "2004.4"], "2004.4"),
        (["2004d", "2004e"], "2004e"),
        (["1.0+local.1", "1.0"], "1.0+local.1"),
        (["v1.0", "0.9"], "v1.0"),
    ],
)
def test_the_latest_version_is_what_an_installer_would_take(watch: Watch, versions: list[str], latest: str) -> None:
    watch.fake.package("x", *versions)
    watch.fake.answers["/pypi/x/json"] = json_page(latest)
    reading = watch.look("x")["x"]
    assert reading.info["version"] == latest
    assert reading.values["releases"] == len(versions)
    assert reading.values["vulnerabilities"] == 0


def test_yanked_releases_count_and_are_not_the_latest(watch: Watch) -> None:
    files = [file("x-1.0.tar.gz"), file("x-2.0.tar.gz", yanked="broken"), file("x-3.0.tar.gz", yanked=True)]
    watch.fake.answers["/simple/x/"] = page("x", *files)
    reading = watch.look("x")["x"]
    assert (reading.info["version"], reading.info["yanked"]) == ("1.0", "false")
    assert reading.values["releases"] == 3


def test_with_everything_yanked_the_newest_is_shown_as_yanked(watch: Watch) -> None:
    watch.fake.answers["/simple/x/"] = page("x", file("x-1.0.zip", yanked=True), file("x-2.0.zip", yanked="bad"))
    assert watch.look("x")["x"].info == {"version": "2.0", "yanked": "true", "requires_python": ">=3.9"}


def test_a_release_with_one_file_left_is_not_yanked(watch: Watch) -> None:
    files = [file("x-1.0.tar.gz"), file("x-2.0.tar.gz", yanked=True), file("x-2.0-py3-none-any.whl")]
    watch.fake.answers["/simple/x/"] = page("x", *files)
    assert watch.look("x")["x"].info["version"] == "2.0"


def test_only_versions_with_files_are_counted_and_shown_as_the_index_writes_them(watch: Watch) -> None:
    files = [file("x-2024.7.4-py3-none-any.whl"), file("x-2024.07.04.tar.gz"), file("x-1.0-py2.7.egg")]
    watch.fake.answers["/simple/x/"] = page("x", *files, versions=["0.0.1", "1.0", "2024.07.04"])
    reading = watch.look("x")["x"]
    assert reading.values["releases"] == 2
    assert reading.info["version"] == "2024.07.04"


def test_a_release_is_as_old_as_its_first_file(watch: Watch) -> None:
    early, late = "2026-02-01T10:00:00.5Z", "2026-03-01T10:00:00Z"
    files = [file("x-1.0-py3-none-any.whl", late), file("x-1.0.tar.gz", early)]
    watch.fake.answers["/simple/x/"] = page("x", *files)
    assert watch.look("x")["x"].values["latest_release_timestamp"] == stamp(early)


@pytest.mark.parametrize("written", [None, 5, "yesterday", "2026-02-01T10:00:00", "9999-12-31T00:00:00Z", "", ["x"]])
def test_an_upload_time_that_makes_no_sense_is_missing(watch: Watch, written: Any) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/simple/x/"] = page("x", {**file("x-1.0.tar.gz"), "upload-time": written})
    reading = watch.look("x")["x"]
    assert reading.missing == {"latest_release_timestamp": "the index tells no upload time"}
    assert reading.values["releases"] == 1


def test_a_package_without_a_release_has_none_and_no_version(watch: Watch) -> None:
    watch.fake.answers["/simple/x/"] = page("x")
    reading = watch.look("x")["x"]
    assert reading.values["releases"] == 0
    assert {key for key, why in reading.missing.items() if "no release" in why} == FACTS - {"releases"} | {
        "vulnerabilities"
    }


def test_an_unknown_package_is_a_problem_and_its_statistics_are_not_asked_for(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    found = watch.look("nothing", "x")
    place = watch.fake.url.removeprefix("http://")
    assert found["nothing"].problem == f"no such package on {place}: nothing"
    assert found["x"].status is Status.OK
    assert watch.fake.asked("/api/") == ["/api/packages/x/overall"]


def test_names_are_normalised_and_every_project_is_read_once(watch: Watch) -> None:
    watch.fake.package("typing-extensions", "4.0")
    found = watch.look("typing_extensions", "Typing.Extensions", "typing--extensions", " TYPING-EXTENSIONS\n")
    assert list(found) == ["typing-extensions"]
    assert watch.fake.asked("/simple/") == ["/simple/typing-extensions/"]


@pytest.mark.parametrize(
    "name", ["", "-x", "x-", "requests==2.0", "requests[socks]", "a b", "../x", "\u017f", "\x1bx", "é", "x" * 201]
)
def test_what_is_no_name_is_a_problem_and_never_asked_for(watch: Watch, name: str) -> None:
    watch.fake.package("x", "1.0")
    found = watch.look(name, "x")
    (bad,) = [reading for reading in found.values() if reading.problem]
    assert "is no package name: expected letters" in str(bad.problem)
    assert found["x"].status is Status.OK
    assert {ask.path for ask in watch.fake.asks} == {"/simple/x/", "/pypi/x/json", "/api/packages/x/overall"}


def test_a_redirect_to_the_normalised_name_is_followed(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/index/simple/x/"] = raw("", 301, location="/simple/x/")
    reading = watch.look("x", index_url=f"{watch.fake.url}/index/simple/")["x"]
    assert reading.info["version"] == "1.0"


def test_a_page_is_fresh_for_five_minutes_and_then_asked_for_by_etag(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/simple/x/"] = page("x", file("x-1.0.tar.gz"), headers={"etag": '"one"'})
    watch.look("x")
    watch.fake.forget()
    assert watch.look("x")["x"].info["version"] == "1.0"
    assert watch.fake.asks == []
    watch.clock.advance(timedelta(minutes=5))
    watch.fake.answers["/simple/x/"] = raw("", 304)
    assert watch.look("x")["x"].status is Status.OK
    (ask,) = watch.fake.asks
    assert (ask.path, ask.headers["if-none-match"]) == ("/simple/x/", '"one"')


def test_html_is_read_when_the_index_has_nothing_else(watch: Watch) -> None:
    watch.fake.package("zope-interface", "1.0")
    watch.fake.answers["/simple/zope-interface/"] = html_page(
        ("zope.interface-5.0.tar.gz", {"data-requires-python": ">=3.8"}),
        ("zope_interface-6.0-cp311-cp311-manylinux_2_5_x86_64.whl", {"data-requires-python": ">=3.9"}),
        ("zope_interface-6.1-py3-none-any.whl", {"data-yanked": "wrong <metadata>"}),
        ("zope_interface-6.2-py3-none-any.whl", {"data-yanked": None}),
    )
    watch.fake.answers["/pypi/zope-interface/json"] = json_page("6.0")
    reading = watch.look("zope-interface")["zope-interface"]
    assert reading.info == {"version": "6.0", "yanked": "false", "requires_python": ">=3.9"}
    assert reading.values["releases"] == 4
    assert reading.missing == {"latest_release_timestamp": "the index tells no upload time"}


@pytest.mark.parametrize(
    "body", ["", "<html>Please sign in</html>", "<a href='login'>x</a>", "<a href='http://[::1'>x</a>", "<a", "\x00"]
)
def test_a_page_without_a_file_of_the_package_is_no_answer(watch: Watch, body: str) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/simple/x/"] = raw(body)
    reading = watch.look("x")["x"]
    assert reading.status is Status.PARTIAL
    assert set(reading.missing) >= FACTS
    assert reading.missing["version"].endswith("sent no proper page of x: it has no link to a file of the package")
    assert reading.values["downloads_day"] == 10


@pytest.mark.parametrize("html", [False, True])
def test_a_project_in_quarantine_has_no_numbers(watch: Watch, html: bool) -> None:
    watch.fake.package("x", "1.0")
    metas = "".join(
        f'<meta name="pypi:project-status{kind}" content="{text}">'
        for kind, text in (("", "quarantined"), ("-reason", "malware"))
    )
    status = {"status": "quarantined", "reason": "malware"}
    watch.fake.answers["/simple/x/"] = html_page(head=metas) if html else page("x", **{"project-status": status})
    reading = watch.look("x")["x"]
    assert reading.info == {"project_status": "quarantined"}
    assert {key for key, why in reading.missing.items() if why == "quarantined by the index: malware"} == FACTS
    assert "releases" not in reading.values
    assert "vulnerabilities" in reading.missing


def test_an_archived_project_says_so(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/simple/x/"] = page("x", file("x-1.0.tar.gz"), **{"project-status": {"status": "archived"}})
    reading = watch.look("x")["x"]
    assert (reading.status, reading.info["project_status"]) == (Status.OK, "archived")


def test_vulnerabilities_with_several_names_are_counted_once(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/pypi/x/json"] = json_page(
        "1.0",
        {"id": "PYSEC-1", "aliases": ["CVE-1", "GHSA-1"], "withdrawn": None},
        {"id": "GHSA-1", "aliases": ["CVE-1"]},
        {"id": "GHSA-2", "aliases": ["CVE-2"]},
        {"id": "PYSEC-3", "aliases": []},
        {"id": "PYSEC-4", "aliases": ["CVE-4"], "withdrawn": "2026-01-01T00:00:00Z"},
        {"id": "CVE-2", "aliases": ["PYSEC-2"]},
    )
    assert watch.look("x")["x"].values["vulnerabilities"] == 3


def test_vulnerabilities_of_another_version_are_not_ours(watch: Watch) -> None:
    watch.fake.package("x", "1.0", "2.0")
    watch.fake.answers["/pypi/x/json"] = json_page("1.0", {"id": "PYSEC-1"})
    assert watch.look("x")["x"].missing == {"vulnerabilities": "known for version 1.0 only, not for 2.0"}


@pytest.mark.parametrize("answer", [raw("", 500), raw("nonsense"), raw("{}"), as_json({"info": {"version": "1.0"}})])
def test_without_a_json_page_only_vulnerabilities_are_missing(watch: Watch, answer: Answer) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/pypi/x/json"] = answer
    reading = watch.look("x")["x"]
    assert list(reading.missing) == ["vulnerabilities"]


def test_an_index_of_ones_own_need_not_tell_vulnerabilities(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    del watch.fake.answers["/pypi/x/json"]
    reading = watch.look("x")["x"]
    assert reading.status is Status.OK
    assert "vulnerabilities" not in reading.values


def test_the_first_look_is_silent_and_a_new_release_is_told_once(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    assert watch.look("x")["x"].events == []
    watch.clock.advance(timedelta(hours=1))
    files = [
        file("x-1.0.tar.gz"),
        file("x-2.0rc1.tar.gz", "2026-05-04T12:30:00Z"),
        file("x-1.0.1.tar.gz", "2026-05-04T12:40:00Z"),
    ]
    watch.fake.answers["/simple/x/"] = page("x", *files)
    dry = watch.look("x", keep=False)["x"].events
    told = watch.look("x")["x"].events
    assert dry == told  # what was not committed is told again
    assert [(event.kind, event.key, event.title, event.at) for event in told] == [
        ("release", "1.0.1", "1.0.1", datetime(2026, 5, 4, 12, 40, tzinfo=UTC)),
        ("release", "2.0rc1", "2.0rc1 (pre-release)", datetime(2026, 5, 4, 12, 30, tzinfo=UTC)),
    ]
    watch.clock.advance(timedelta(hours=1))
    assert watch.look("x")["x"].events == []


def test_a_further_file_of_an_old_release_is_no_news(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.look("x")
    watch.clock.advance(timedelta(hours=1))
    files = [file("x-1.0.tar.gz"), file("x-1.0-py3-none-any.whl", "2026-05-04T12:30:00Z")]
    watch.fake.answers["/simple/x/"] = page("x", *files)
    assert watch.look("x")["x"].events == []


def test_without_upload_times_a_higher_version_is_news(watch: Watch) -> None:
    watch.fake.answers["/simple/x/"] = html_page(("x-1.9.tar.gz", {}))
    assert watch.look("x")["x"].events == []
    watch.clock.advance(timedelta(hours=1))
    watch.fake.answers["/simple/x/"] = html_page(("x-1.8.tar.gz", {}), ("x-1.9.tar.gz", {}), ("x-1.10.tar.gz", {}))
    assert [(event.key, event.at) for event in watch.look("x")["x"].events] == [("1.10", watch.clock.now())]
    watch.clock.advance(timedelta(hours=1))
    assert watch.look("x")["x"].events == []


def test_a_yank_is_told_once(watch: Watch) -> None:
    watch.fake.answers["/simple/x/"] = page(
        "x", file("x-0.9.tar.gz", yanked=True), file("x-1.0.tar.gz"), file("x-1.1.tar.gz")
    )
    assert watch.look("x")["x"].events == []
    watch.fake.answers["/simple/x/"] = page(
        "x", file("x-0.9.tar.gz", yanked=True), file("x-1.0.tar.gz"), file("x-1.1.tar.gz", yanked="leaks\x1b[2J keys")
    )
    watch.clock.advance(timedelta(hours=1))
    assert [(event.kind, event.key, event.title) for event in watch.look("x")["x"].events] == [
        ("yanked", "1.1", "1.1 was yanked: leaks[2J keys")
    ]
    watch.clock.advance(timedelta(hours=1))
    assert watch.look("x")["x"].events == []


def test_an_index_that_is_down_is_left_alone_after_a_few_failures(watch: Watch) -> None:
    names = [f"x{number}" for number in range(100)]
    for name in names:
        watch.fake.package(name, "1.0", downloads=None)
        watch.fake.answers[f"/simple/{name}/"] = raw("", 503)
    found = watch.look(*names)
    assert {str(reading.problem).partition("; ")[2] for reading in found.values()} == {
        f"{watch.fake.url.removeprefix('http://')} answers 503"
    }
    assert len(watch.fake.asked("/simple/")) <= 30  # eight at once, each tried three times, and the first three decide
