"""What docs/prometheus.md shows is understood by those it is for."""

import re
import subprocess
from pathlib import Path

import pytest

from colter.app.registry import catalogue
from colter.config.schema.config import Config
from colter.core.own_metrics import METRICS
from tests.config.opening import load
from tests.servers.process import server_program

PAGE = (Path(__file__).parents[2] / "docs/prometheus.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def blocks(beginning: str) -> list[str]:
    found = [block for block in BLOCKS if block.startswith(beginning)]
    assert found
    return found


@pytest.mark.parametrize(("beginning", "kind"), [("scrape_configs:", "config"), ("groups:", "rules")])
def test_promtool_accepts_what_is_meant_for_prometheus(tmp_path: Path, beginning: str, kind: str) -> None:
    for block in blocks(beginning):
        file = tmp_path / "file.yml"
        file.write_text(block)
        argv = [server_program("promtool"), "check", kind, str(file)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_colter_accepts_what_is_meant_for_colter(tmp_path: Path) -> None:
    for block in blocks("prometheus:"):
        assert load(tmp_path, block.replace("${PUSH_PASSWORD}", "word")).config.prometheus != Config().prometheus


def test_every_metric_that_is_named_exists() -> None:
    known = {metric.prometheus for metric in (*catalogue().values(), *METRICS)}
    assert set(re.findall(r"\bcolter_[a-z_]+", PAGE)) <= known
