"""clockwerk 0.1.2, the predecessor, as a peer: from the package index, patched only as far as it needs to start."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

WHAT = "clockwerk==0.1.2"
_PATCHES = (
    ("**/*.py", "src.clockwerk", "clockwerk"),  # it imports itself by a name that it does not have
    ("database/async_connection.py", "clockwerk.database import Base", "clockwerk.database.schemas import Base"),
    ("database/async_connection.py", "async with engine()", "async with engine.begin()"),
    ("reporter.py", "clockwerk.utils import write_to_db", "clockwerk.utils.database_utils import write_to_db"),
)
_CHILD = """
import asyncio, json, logging, os, sqlite3, sys, time

folder, urls = sys.argv[1], json.loads(sys.stdin.read())
sys.path.insert(0, folder)
os.chdir(folder)  # its log goes to the current folder
from clockwerk.config import DatabaseConfig, EmailConfig, MonitorConfig
from clockwerk.models import Endpoint
from clockwerk.scheduler import scheduling_loop

file = os.path.join(folder, "history.db")
monitor = MonitorConfig(endpoints=[Endpoint(url=url, timeout=30) for url in urls], latency_threshold=3600)
email = EmailConfig(smtp_host="127.0.0.1", smtp_port=1, email_from="a@example.com", email_to="b@example.com")
database = DatabaseConfig(driver_name="sqlite+aiosqlite", db_name=file, db_port=None, db_activation=True)
rounds = []

class Rounds(logging.Handler):
    def emit(self, record):
        if "All Endpoints" in record.getMessage():
            rounds.append(time.process_time())

logging.getLogger("MonitorSystem").addHandler(Rounds())

async def main():
    began = time.process_time()
    loop = asyncio.create_task(scheduling_loop(monitor, email, database))
    while not rounds and not loop.done():
        await asyncio.sleep(0.1)
    loop.cancel()
    await asyncio.wait([loop])
    return (rounds[0] - began) * 1000 / len(urls)

cost = asyncio.run(main())
kept = sqlite3.connect(file).execute("select count(*) from monitor_history where success").fetchone()[0]
print(json.dumps({"cost": cost, "kept": kept}))
"""


def cost(folder: Path, urls: Sequence[str], authority: Path) -> str:
    """What one round of its own loop with its own history costs for each endpoint, in words; installs it first."""
    try:
        _install(folder)
        child = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD, str(folder)],
            input=json.dumps(urls),
            env={**os.environ, "SSL_CERT_FILE": str(authority)},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"could not be run: {type(error).__name__}"
    told = json.loads(child.stdout)
    (folder / "history.db").unlink()
    return f"{told['cost']:.3f} ms CPU per probe, {told['kept']} of {len(urls)} kept"


def _install(folder: Path) -> None:
    package = folder / "clockwerk"
    if package.exists():
        return
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder), WHAT]
    subprocess.run(command, check=True, timeout=300)
    for files, wrong, right in _PATCHES:
        for file in package.glob(files):
            file.write_text(file.read_text().replace(wrong, right))
