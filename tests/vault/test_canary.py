"""No secret shows up but where it is sent: canaries in every secret field, and every command walked through."""

import base64
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.running import PROGRAM, Ended, Machine
from tests.config.predecessor import PASSWORD as OLD_PASSWORD
from tests.config.predecessor import TOKENS, write_predecessor
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.meanwhile import meanwhile
from tests.vault.keyring_daemon import need_kernel_keyring

PLACES = ("github", "index", "influx", "database", "smtp", "slack", "bearer", "basic", "header", "body", "away", "hang")
CANARIES = {place: f"canary-{place}-8d21f07b" for place in PLACES}
PASSWORD, NEW_PASSWORD = "canary master 5c1e9", "canary master 77f2a"
SECRETS = [*CANARIES.values(), PASSWORD, NEW_PASSWORD]
LOUD = ("-vv",)


@pytest.fixture
def servers() -> Iterator[tuple[EndpointServer, EndpointServer]]:
    """One that sends back whatever it is sent, and another one that it redirects to."""
    with EndpointServer(reply()) as elsewhere:

        def echo(visit: Visit) -> None:
            if visit.path.startswith("/hang"):
                visit.hang()
            elif visit.path.startswith("/away"):
                reply(307, visit.request, location=elsewhere.url("/stolen"))(visit)
            else:
                lines = visit.request.split(b"\r\n")
                sent = "".join(line.decode() for line in lines if line.lower().startswith((b"auth", b"x-")))
                reply(401, visit.request, **{"x-echo": sent, "www-authenticate": f'Basic realm="{sent}"'})(visit)

        with EndpointServer(echo) as server:
            yield server, elsewhere


def configuration(server: EndpointServer) -> str:
    c, host = CANARIES, f"127.0.0.1:{server.port}"
    return f"""
github: {{token: {c["github"]}, targets: [a/b], api_url: 'http://{host}/github'}}
pypi: {{packages: [x], index_url: 'http://me:{c["index"]}@{host}/simple', stats_url: 'http://{host}/stats'}}
influxdb: {{url: 'http://{host}/influx', org: o, bucket: b, token: {c["influx"]}}}
database: {{driver: postgresql, name: colter, user: me, password: {c["database"]}}}
smtp: {{smtp_server: 127.0.0.1, sender: a@example.org, recipient: a@example.org, password: {c["smtp"]}}}
probe: {{confirm: 0, timeout: 3s}}
endpoints:
  - {{name: bearer, url: 'http://{host}/bearer', request: {{auth: {{bearer: {c["bearer"]}}}}}}}
  - {{name: basic, url: 'http://{host}/basic', request: {{auth: {{basic: {{username: me, password: {c["basic"]}}}}}}}}}
  - {{name: header, url: 'http://{host}/header', request: {{headers: {{x-api-key: {c["header"]}}}}}}}
  - name: body
    url: http://{host}/body
    request: {{method: POST, body: '${{BODY}}', headers: {{x-a: '${{BODY}}'}}}}
  - name: away
    url: http://{host}/away
    request: {{auth: {{bearer: {c["away"]}}}, headers: {{x-token: {c["away"]}}}}}
  - {{name: hang, url: 'http://{host}/hang', timeout: 1s, request: {{auth: {{bearer: {c["hang"]}}}}}}}
alerts: {{channels: {{chat: {{type: slack, url: 'http://{host}/{c["slack"]}'}}}}}}
log: {{level: debug}}
"""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name, password in (("old", PASSWORD), ("new", NEW_PASSWORD)):
        file = tmp_path / f"{name}.password"
        file.write_text(password)
        file.chmod(0o600)
    for folder in ("tmp", "run"):
        (tmp_path / folder).mkdir(mode=0o700)
    (tmp_path / "editor").write_text('#!/bin/sh\ncp "$1" "$HOME/seen.yaml"\necho "# edited" >> "$1"\n')
    (tmp_path / "editor").chmod(0o700)
    env = {
        "TMPDIR": str(tmp_path / "tmp"),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "EDITOR": str(tmp_path / "editor"),
        "COLTER_PASSWORD_FILE": str(tmp_path / "old.password"),
        "BODY": CANARIES["body"],
    }
    return Machine(tmp_path, env)


def forms(secret: str) -> set[bytes]:
    """As it is, percent-encoded, and within base64, where it begins at one of three offsets."""
    padded = [base64.b64encode(b"\0" * offset + secret.encode())[4:-4] for offset in (0, 1, 2)]
    return {secret.encode(), quote(secret).encode(), *padded}


def leaked(content: bytes, secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if any(form in content for form in forms(secret))]


@contextmanager
def watched_arguments() -> Iterator[bytearray]:
    """The arguments of all processes of the machine, read again and again."""
    seen = bytearray()

    def watch(over: threading.Event) -> None:
        known: set[bytes] = set()
        while not over.wait(0.05):  # every process of ours lives longer
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    arguments = (process / "cmdline").read_bytes()
                except OSError:
                    continue
                if arguments not in known:
                    known.add(arguments)
                    seen.extend(arguments)

    with meanwhile(watch):
        yield seen


def look_everywhere(machine: Machine, said: list[Ended], secrets: list[str]) -> None:
    for ended in said:
        assert leaked((ended.out + ended.err).encode(), secrets) == [], (ended.out, ended.err)
        assert "Traceback" not in ended.err
    files = [path for path in machine.home.rglob("*") if path.is_file() and path.suffix != ".password"]
    for path in files:
        assert leaked(path.read_bytes(), secrets) == [], path


def interrupted(machine: Machine, server: EndpointServer) -> Ended:
    """`colter probe hang`, ended by Ctrl-C when the request has arrived."""
    before = len(server.requests)
    pipe = subprocess.PIPE
    argv = [str(PROGRAM), "probe", "hang", "--timeout", "60s", *LOUD]
    with subprocess.Popen(argv, env=machine.environment, stdout=pipe, stderr=pipe, text=True) as process:
        while len(server.requests) == before and process.poll() is None:
            threading.Event().wait(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    return Ended(process.returncode, out, err)


def test_no_command_shows_sends_astray_or_leaves_behind_a_secret(
    machine: Machine, servers: tuple[EndpointServer, EndpointServer]
) -> None:
    server, elsewhere = servers
    path = machine.configure(configuration(server))
    walk: list[tuple[int, list[str]]] = [
        (0, ["config", "check"]),
        (0, ["config", "show"]),
        (0, ["config", "seal"]),
        (0, ["config", "show", "--effective"]),
        (0, ["config", "get", "github.token"]),
        (0, ["config", "get", "endpoints"]),
        (0, ["config", "get", "pypi"]),
        (0, ["config", "set", "influxdb.url", "http://127.0.0.1:9"]),
        (0, ["config", "edit"]),
        (2, ["config", "set", "github.token.deeper", "x"]),
        (3, ["config", "set", "smtp.smtp_port", "nonsense"]),
        (5, ["track", "github"]),
        (5, ["track", "pypi"]),
        (5, ["track", "all", "-f", "json"]),
        (10, ["probe"]),
        (10, ["probe", "-f", "json", "--explain"]),
        (6, ["probe", "bearer", "basic", "header", "body", "away", "--explain"]),  # an alert, and no mail server
        (0, ["status"]),
        (0, ["config", "rekey"]),
        (0, ["config", "passwd", "--new-password-file", str(machine.home / "new.password")]),
        (4, ["track", "github"]),
    ]
    with watched_arguments() as arguments:
        said = [(code, argv, machine.process(*argv, *LOUD)) for code, argv in walk]
        said.append((130, ["probe", "hang"], interrupted_with_new_password(machine, server)))
    assert [(code, argv) for code, argv, _ in said] == [(ended.code, argv) for _, argv, ended in said]
    look_everywhere(machine, [ended for *_, ended in said], SECRETS)
    assert leaked(bytes(arguments), SECRETS) == []
    assert b"colter" in arguments
    assert (machine.home / "seen.yaml").exists()
    assert "enc:v1:" in path.read_text()

    used = b"".join(server.requests)
    expected = [
        CANARIES[place] for place in ("github", "index", "slack", "bearer", "basic", "header", "body", "away", "hang")
    ]
    assert leaked(used, SECRETS) == expected
    assert elsewhere.requests
    assert leaked(b"".join(elsewhere.requests), SECRETS) == []


def interrupted_with_new_password(machine: Machine, server: EndpointServer) -> Ended:
    changed = {**machine.env, "COLTER_PASSWORD_FILE": str(machine.home / "new.password")}
    return interrupted(Machine(machine.home, changed), server)


def test_a_session_leaves_no_secret_behind(machine: Machine, servers: tuple[EndpointServer, EndpointServer]) -> None:
    need_kernel_keyring()
    machine.configure(configuration(servers[0]))
    assert machine.process("config", "seal").code == 0
    with watched_arguments() as arguments:
        login = machine.process("login", *LOUD)
        del machine.env["COLTER_PASSWORD_FILE"]
        track = machine.process("track", "github", *LOUD)
        look_everywhere(machine, [login, track], SECRETS)
        logout = machine.process("logout", *LOUD)
    assert [login.code, track.code, logout.code] == [0, 5, 0]
    look_everywhere(machine, [logout], SECRETS)
    assert leaked(bytes(arguments), SECRETS) == []


def test_the_import_of_the_predecessors_file_leaves_no_secret_behind(machine: Machine) -> None:
    write_predecessor(machine.home)
    (machine.home / "old.password").write_text(OLD_PASSWORD)
    with watched_arguments() as arguments:
        new = str(machine.home / "new.password")
        done = machine.process("config", "import", "legacy", "--new-password-file", new, *LOUD)
    assert done.code == 0
    secrets = [*TOKENS.values(), OLD_PASSWORD, NEW_PASSWORD]
    look_everywhere(machine, [done], secrets)
    assert leaked(bytes(arguments), secrets) == []
