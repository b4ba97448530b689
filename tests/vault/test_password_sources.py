"""The master password without anybody typing it: which source wins, and what each refuses."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colter.config.password import PasswordSources
from colter.core.errors import LockedError

CANARY = "canary-0ddba11-pässword"


def private(path: Path, content: bytes = CANARY.encode() + b"\n", mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def found(env: Mapping[str, str], *, file: Path | None = None, command: str | None = None) -> str | None:
    result = PasswordSources(env, file=file, command=command).find()
    return result.password.reveal() if result else None


def printing(text: str) -> str:
    return f"{sys.executable} -c \"print('{text}')\""


def test_the_sources_are_asked_in_their_order(tmp_path: Path) -> None:
    env = {
        "COLTER_PASSWORD_COMMAND": printing("from command"),
        "COLTER_PASSWORD_FILE": str(private(tmp_path / "file", b"from file")),
        "CREDENTIALS_DIRECTORY": str(tmp_path),
        "COLTER_MASTER_PASSWORD": "from variable",
    }
    private(tmp_path / "colter.password", b"from systemd", 0o400)
    order = []
    for name in (*env, None):
        order.append(found(dict(env)))
        env.pop(name or "", None)
    assert order == ["from command", "from file", "from systemd", "from variable", None]


def test_options_stand_for_their_variables(tmp_path: Path) -> None:
    env = {"COLTER_PASSWORD_FILE": "/nowhere", "COLTER_PASSWORD_COMMAND": ""}
    assert found(env, file=private(tmp_path / "file")) == CANARY
    assert found(env, command=printing("from option")) == "from option"


def test_the_variable_is_taken_out_of_the_environment_at_once() -> None:
    env = {"COLTER_MASTER_PASSWORD": CANARY, "OTHER": "stays"}
    sources = PasswordSources(env, file=None, command=None)
    assert env == {"OTHER": "stays"}
    assert found({}) is None
    password = sources.find()
    assert password is not None
    assert password.password.reveal() == CANARY
    assert CANARY not in repr(password)


def test_the_password_command_does_not_inherit_the_variable() -> None:
    tell = f"{sys.executable} -c \"import os; print(os.environ.get('COLTER_MASTER_PASSWORD', 'not there'))\""
    assert found({"COLTER_MASTER_PASSWORD": CANARY}, command=tell) == "not there"


def test_a_credentials_directory_without_our_credential_is_passed_over(tmp_path: Path) -> None:
    assert found({"CREDENTIALS_DIRECTORY": str(tmp_path), "COLTER_MASTER_PASSWORD": CANARY}) == CANARY


def test_a_credential_readable_through_an_access_list_is_accepted(tmp_path: Path) -> None:
    private(tmp_path / "colter.password", mode=0o440)
    assert found({"CREDENTIALS_DIRECTORY": str(tmp_path)}) == CANARY


def test_a_link_to_a_private_file_is_followed(tmp_path: Path) -> None:
    private(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert found({}, file=tmp_path / "link") == CANARY


@pytest.mark.parametrize("content", [b"with spaces ", b"line\n", b"line\r\n", "ünï\n".encode()])
def test_one_line_end_is_not_part_of_the_password(tmp_path: Path, content: bytes) -> None:
    expected = content.decode().removesuffix("\n").removesuffix("\r")
    assert found({}, file=private(tmp_path / "file", content)) == expected


def no_file(path: Path) -> None:
    path.unlink()


def open_to_group(path: Path) -> None:
    path.chmod(0o640)


def open_to_all(path: Path) -> None:
    path.chmod(0o604)


def a_pipe_nobody_writes(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir(mode=0o700)


def another_users(path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 65534, 65534)


def too_long(path: Path) -> None:
    path.write_bytes(b"x" * 1027)


def empty(path: Path) -> None:
    path.write_bytes(b"\n")


def two_lines(path: Path) -> None:
    path.write_bytes(f"{CANARY}\n{CANARY}\n".encode())


def no_text(path: Path) -> None:
    path.write_bytes(CANARY.encode() + b"\xff")


@pytest.mark.parametrize(
    "spoil",
    [
        no_file,
        open_to_group,
        open_to_all,
        a_pipe_nobody_writes,
        a_directory,
        another_users,
        too_long,
        empty,
        two_lines,
        no_text,
    ],
)
def test_a_password_file_that_cannot_be_trusted_is_refused_and_no_later_source_tried(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    path = private(tmp_path / "file")
    spoil(path)
    with pytest.raises(LockedError, match="password file") as caught:
        found({"COLTER_MASTER_PASSWORD": "something else"}, file=path)
    assert CANARY not in f"{caught.value}{caught.value.hint}{caught.value.__cause__}"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/nowhere/to/be/found --secret hunter2", "cannot be started"),
        (f"{sys.executable} -c \"print('{CANARY}'); raise SystemExit(3)\"", "ended with status 3"),
        (f"{sys.executable} -c pass", "expected one line"),
        (printing(f"{CANARY}\\n{CANARY}"), "expected one line"),
        ("'no closing quote", "No closing quotation"),
        ("  ", "is empty"),
    ],
)
def test_a_password_command_that_fails_is_told_without_what_it_printed(command: str, said: str) -> None:
    with pytest.raises(LockedError, match=said) as caught:
        found({}, command=command)
    assert CANARY not in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_password_command_is_no_shell(tmp_path: Path) -> None:
    assert found({}, command=f"echo $HOME; touch {tmp_path / 'owned'}") == f"$HOME; touch {tmp_path / 'owned'}"
    assert not (tmp_path / "owned").exists()
