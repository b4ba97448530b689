"""Completion as it is typed, in real shells: the line says in the end what was meant, and nothing is executed."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.cli.running import Machine
from tests.export.filling import fill
from tests.journeys.terminal import Terminal, terminal
from tests.store.making import answer, done

SHELLS = ("bash", "zsh", "fish")
NASTY = (
    "it's",
    'say "hi"',
    "wow! so",
    "ünïcode ✓",
    "$(touch pwned)",
    "`touch pwned`",
    "a;touch pwned",
    "d|touch pwned",
    "x=y&z>w<v",
    "c:d:8080/e",
    "f,g",
    "back\\slash",
    "trailing\\",
    "glob*",
    "question?",
    "{h,i}",
    "[jk]",
    "(lm)",
    "~root",
    "#hash",
    "%percent",
    "^caret",
    "$HOME",
)
"""Two characters tell them apart."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typed")
    machine = Machine(folder)
    machine.configure(_configuration())
    fill(machine, [done("1", *(answer(0, name) for name in ("my api", "my old api", "https://old.example.org/")))])
    assert machine.process("status").code == 0
    return folder


@pytest.fixture(scope="module", params=SHELLS)
def shell(request: pytest.FixtureRequest, home: Path) -> Iterator[Terminal]:
    folder = home / str(request.param)
    folder.mkdir()
    shared = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "STATE")}
    with terminal(str(request.param), Machine(folder, shared)) as opened:
        yield opened
    assert not (folder / "pwned").exists()


def _configuration() -> str:
    endpoints: list[dict[str, object]] = [
        {"name": name, "url": f"http://127.0.0.1:{number}/"} for number, name in enumerate(NASTY, 1)
    ]
    endpoints += [
        {"name": "my api", "url": "http://127.0.0.1:90/", "tags": ["prod", "two words"]},
        {"name": "my web", "url": "http://127.0.0.1:91/"},
        {"name": "nightly backup", "heartbeat": {"every": "1d"}},
    ]
    return yaml.safe_dump(
        {
            "github": {"targets": ["pallets/flask", "pallets/click", "my-org/*", "!my-org/sandbox"]},
            "pypi": {"packages": ["requests", "httpx"]},
            "influxdb": {"url": "http://127.0.0.1:1", "org": "o", "bucket": "b"},
            "prometheus": {"gateway": "http://127.0.0.1:1"},
            "alerts": {
                "channels": {name: {"type": "ntfy", "url": "http://127.0.0.1:1/x"} for name in ("ops", "the boss")}
            },
            "endpoints": endpoints,
        },
        allow_unicode=True,
    )


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("tr\tpy\t", ["track", "pypi"]),
        ("--col\tal\ttr\ta\t", ["--color", "always", "track", "all"]),
        ("status --form\tcs\t", ["status", "--format", "csv"]),
        ("status --format=cs\t", ["status", "--format=csv"]),
        ("track pypi x --no-st\t", ["track", "pypi", "x", "--no-store"]),
        ("track github --with traffic,c\t", ["track", "github", "--with", "traffic,ci"]),
        ("track all -o in\t", ["track", "all", "-o", "influx"]),
        ("track all -o influx,p\t", ["track", "all", "-o", "influx,prometheus"]),
        ("track all --output=influx,p\t", ["track", "all", "--output=influx,prometheus"]),
        ("track all -o d\t", ["track", "all", "-o", "d"]),
        ("completion bash z\t", ["completion", "bash", "z"]),
        ("track pypi ht\treq\t", ["track", "pypi", "httpx", "requests"]),
        ("track github pallets/f\tmy\t", ["track", "github", "pallets/flask", "my-org/*"]),
        ("alerts test the\t", ["alerts", "test", "the boss"]),
        ("beat ni\t", ["beat", "nightly backup"]),
        ("probe ni\t", ["probe", "ni"]),
        ("probe @p\t@t\t", ["probe", "@prod", "@two words"]),
        ("probe my\ta\t", ["probe", "my api"]),
        ("probe 'my\tw\t", ["probe", "my web"]),
        ('probe "my\tw\t', ["probe", "my web"]),
        ("probe c:d:8\t", ["probe", "c:d:8080/e"]),
        ("probe -- my\\ a\t", ["probe", "--", "my api"]),
        ("probe --expect my\\ a\t", ["probe", "--expect", "my a"]),
        ("probe 'my api' my\\ w\t", ["probe", "my api", "my web"]),
        ("forget probe:m\tprobe:h\t", ["forget", "probe:my old api", "probe:https://old.example.org/"]),
        ("forget -y zz\t", ["forget", "-y", "zz"]),
        ("config check comp\tplain\t", ["config", "check", "completion/plain.yaml"]),
        ("-c comp\tplain\tstat\t", ["-c", "completion/plain.yaml", "status"]),
        ("--state comp\tx st\t", ["--state", "completion/x", "status"]),
        ("status --file=comp\tplain\t", ["status", "--file=completion/plain.yaml"]),
    ],
    ids=lambda value: repr(value) if isinstance(value, str) else "",
)
def test_what_was_meant_stands_on_the_line(shell: Terminal, typed: str, given: list[str]) -> None:
    (shell.home / "completion" / "plain.yaml").touch()
    assert shell.enter(f"colter {typed}") == given


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_name_is_given_as_it_is(shell: Terminal, name: str) -> None:
    for begun in {name[:2], name[: len(name) // 2 + 1], name[:-1]}:
        quoted = [re.sub(r"([^\w✓])", r"\\\1", begun)]
        quoted += [] if set(begun) & set("'\\") else [f"'{begun}"]
        quoted += [] if set(begun) & set('"\\$`!') else [f'"{begun}']
        for typed in quoted:
            assert shell.enter(f"colter probe {typed}\t") == ["probe", name], typed


def test_the_configuration_on_the_line_counts(shell: Terminal, home: Path) -> None:
    config, state = home / "config" / "colter", home / "state" / "colter"
    (shell.home / "link").symlink_to(config)
    for typed in (
        f"-c {config}/config.yaml",
        f"--config={config}/config.yaml",
        "-c link/config.yaml",
        "-c ./completion/../link/config.yaml",
        "-c ../config/colter/config.yaml",
        f"--state {state}",
        f"--state={state}",
    ):
        assert shell.enter(f"colter {typed} probe my\\ a\t") == [*typed.split(" "), "probe", "my api"]
    for typed in ("-c other.yaml", "--state nowhere", "-c nowhere/at/all.yaml"):
        assert shell.enter(f"colter {typed} probe my\\ a\t") == [*typed.split(" "), "probe", "my a"]


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def test_a_names_file_that_is_none_is_passed_over(shell: Terminal, home: Path) -> None:
    (kept,) = (home / "state" / "colter" / "names").iterdir()
    for number, make in enumerate((os.mkfifo, os.mkdir, _link_to_itself)):
        folder = shell.home / f"odd{number}"
        (folder / "names").mkdir(parents=True)
        make(folder / "names" / kept.name)
        assert shell.enter(f"colter --state odd{number} probe my\t") == ["--state", f"odd{number}", "probe", "my"]


def test_the_first_tab_of_a_new_zsh_answers(tmp_path: Path) -> None:
    with terminal("zsh", Machine(tmp_path)) as opened:
        assert opened.enter("colter tr\tpy\t") == ["track", "pypi"]


def test_a_tab_starts_nothing(shell: Terminal) -> None:
    clear = "\x15"
    assert shell.enter(f"colter probe \t{clear}") is None
    assert shell.enter(f"colter --config=\t{clear}") is None
