"""Libraries are imported without the parts that nobody needs."""

import subprocess
import sys

import pytest

from colter.core.without import without


def test_what_is_left_out_is_missing_meanwhile_and_only_meanwhile() -> None:
    sys.modules.pop("this", None)
    with without("this"), pytest.raises(ImportError):
        import this  # noqa: F401, PLC0415  the module that nobody else imports
    assert "this" not in sys.modules


def test_what_is_there_already_stays() -> None:
    with without("subprocess"):
        import subprocess as again  # noqa: PLC0415  that is what is tried
    assert again is subprocess
    assert sys.modules["subprocess"] is subprocess


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [("colter.net.http", {"click", "pygments", "rich"}), ("colter.store.migrate; upgrade", {"pygments"})],
)
def test_libraries_bring_no_command_lines_and_no_colours(module: str, unneeded: set[str]) -> None:
    name, _, work = module.partition("; ")
    lines = [f"import sys, {name}"]
    if work:
        lines += ["from sqlalchemy import create_engine", "engine = create_engine('sqlite://')"]
        lines += ["with engine.begin() as connection:", f"    {name}.{work}(connection)"]
    lines.append("print(*sys.modules)")
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert not unneeded & set(done.stdout.split())
