"""Rules of the house that no linter knows."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "colter"
BORDERS = (
    "app/",
    "cli/beating/wrap.py",
    "cli/main.py",
    "net/aside.py",
    "sources/probe/engine.py",
    "sources/probe/look.py",
    "sources/probe/prober.py",
)
"""Where whatever a plugin, the whole program, a probe, a beat or other work on its own thread throws is caught."""


def test_calls_go_down_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_broad_except_stands_at_a_border_only() -> None:
    found = [f"{name}:{line}" for name, line in _broad_excepts() if not name.startswith(BORDERS)]
    assert found == []


def test_nobody_but_the_command_line_prints() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
        and not name.startswith("cli/")
    ]
    assert found == []


def test_there_is_one_event_loop() -> None:
    found = {
        name
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("asyncio", "run"), ("asyncio", "Runner"), ("asyncio", "new_event_loop")}
    }
    assert found <= {"cli/context.py"}


def _broad_excepts() -> Iterator[tuple[str, int]]:
    for name, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                cleans_up = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                if not cleans_up and any(
                    each is None or getattr(each, "id", "") in ("Exception", "BaseException") for each in caught
                ):
                    yield name, node.lineno


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text())
