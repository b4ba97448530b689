"""What Prometheus' own linter says about an exposition."""

import subprocess

from tests.servers.process import server_program


def check_metrics(text: str) -> None:
    """Pass `text` (the exposition format of Prometheus) to `promtool check metrics`.

    Raises:
        AssertionError: it cannot be parsed or breaks a naming rule; with all that promtool says.
    """
    done = subprocess.run(
        [server_program("promtool"), "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    said = (done.stdout + done.stderr).strip()
    assert done.returncode == 0, said
    assert not said, said
