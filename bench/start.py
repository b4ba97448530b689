"""What starting costs: CPU time of light commands against `python -c pass`, all interleaved in one run.

Usage: python bench/start.py [ROUNDS]

Prints ratios only. `must` is the budget that a change may not break.
"""

import os
import random
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

PYTHON = sys.executable
COLTER = str(Path(PYTHON).with_name("colter"))
COMMANDS: dict[str, tuple[list[str], float | None]] = {
    "python -c pass": ([PYTHON, "-c", "pass"], None),
    "import colter": ([PYTHON, "-c", "import colter"], 1.2),
    "colter --version": ([COLTER, "--version"], 2),
    "colter --help": ([COLTER, "--help"], 8),
    "colter track --help": ([COLTER, "track", "--help"], 9),
    "colter config path": ([COLTER, "config", "path"], 9),
    "colter beat": ([COLTER, "beat", "backup"], 12),
    "colter completion bash": ([COLTER, "completion", "bash"], None),
    "colter status": ([COLTER, "status"], 30),
    "colter probe --no-store": ([COLTER, "probe", "tcp://127.0.0.1:1", "--no-store"], 35),
    "colter probe": ([COLTER, "probe", "tcp://127.0.0.1:1"], 50),
    "colter probe -o file": ([COLTER, "probe", "tcp://127.0.0.1:1", "-o", "file"], 55),
    "colter report": ([COLTER, "report"], 50),
}
FLOOR = "python -c pass"
WARM_UP = 2


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    home = tempfile.mkdtemp()
    config = Path(home, ".config", "colter", "config.yaml")
    config.parent.mkdir(parents=True)
    config.write_text(f"endpoints: [{{name: backup, heartbeat: {{every: 1h}}}}]\nfile: {{path: {home}/out.jsonl}}\n")
    config.chmod(0o600)
    try:
        spent = measure(rounds, {"HOME": home, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
    finally:
        shutil.rmtree(home)
    floor = statistics.median(spent[FLOOR])
    print(f"{'command':<26} {'x floor':>8} {'must':>6}")
    for name, (_, must) in COMMANDS.items():
        ratio = statistics.median(spent[name]) / floor
        print(f"{name:<26} {ratio:>8.2f} {must or '':>6}{'  TOO SLOW' if must and ratio > must else ''}")


def measure(rounds: int, env: dict[str, str]) -> dict[str, list[float]]:
    """CPU seconds (user and system, children included) of every command, in shuffled order each round."""
    spent: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + WARM_UP):
        for name in random.sample(list(COMMANDS), len(COMMANDS)):
            cpu = run(COMMANDS[name][0], env)
            if number >= WARM_UP:
                spent[name].append(cpu)
    return spent


def run(argv: list[str], env: dict[str, str]) -> float:
    silent = [(os.POSIX_SPAWN_OPEN, out, os.devnull, os.O_WRONLY, 0) for out in (1, 2)]
    child = os.posix_spawn(argv[0], argv, env, file_actions=silent)
    _, _, usage = os.wait4(child, 0)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
