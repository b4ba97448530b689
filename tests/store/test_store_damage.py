"""A file that is damaged is told, or what is damaged of it does no harm."""

import contextlib
import os
import random
import sqlite3
from pathlib import Path

import pytest

from colter.core.errors import StateError
from tests.store.using import read_all, trouble, use, well_used

FLIPS = 200


def test_a_file_cut_in_half_is_told(tmp_path: Path) -> None:
    path = well_used(tmp_path)
    os.truncate(path, path.stat().st_size // 2)
    assert "damaged" in str(trouble(path, read_all))


@pytest.mark.parametrize("table", ["target", "alert_state", "outbox", "recipient", "last_result"])
def test_damage_where_decisions_hang_on_it_is_told_at_once(tmp_path: Path, table: str) -> None:
    path = well_used(tmp_path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))
    assert "damaged" in str(trouble(path))


def test_a_flipped_byte_is_harmless_or_told(tmp_path: Path) -> None:
    sound = well_used(tmp_path)
    chance = random.Random(20260504)
    content = sound.read_bytes()
    told = 0
    for number in range(FLIPS):
        path = tmp_path / f"{number}.db"
        # Half of them where SQLite keeps its own book, which few random places would hit.
        place = chance.randrange(100 if number % 4 == 0 else 4096 if number % 2 else len(content))
        flipped = content[place] ^ (1 << chance.randrange(8))
        path.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
        told += _is_told(path)
    assert FLIPS / 50 < told < FLIPS


def _is_told(path: Path) -> bool:
    try:
        use(path, read_all)
    except StateError as e:
        return bool(e.hint)
    return False
