"""What a store costs those who do not need it."""

import subprocess
import sys


def test_the_memory_store_needs_no_sqlalchemy() -> None:
    code = "import sys, colter.store.memory; print({'sqlalchemy', 'alembic', 'aiosqlite'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
