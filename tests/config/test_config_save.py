"""The file is replaced as a whole, or not at all."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from colter.config.yaml.save import save
from colter.core.errors import ConfigError


def test_a_saved_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.yaml"
    save(path, b"a: 1\n")
    assert path.read_bytes() == b"a: 1\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"old")
    path.chmod(0o644)
    save(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles" / "colter.yaml", tmp_path / "config.yaml"
    real.parent.mkdir()
    real.write_bytes(b"old")
    link.symlink_to(real)
    save(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(path)
    with pytest.raises(ConfigError, match="nothing was changed"):
        save(path, b"new")


def test_a_full_disk_leaves_the_old_bytes_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"old")
    script = (
        "import resource, signal, sys; from pathlib import Path; from colter.config.yaml.save import save\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        f"save(Path({str(path)!r}), b'x' * 5000)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "ConfigError" in done.stderr
    assert "nothing was changed" in done.stderr
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_save_leaves_the_old_or_the_new_bytes(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    old, new = b"o" * 300_000, b"n" * 300_000
    script = (
        "from pathlib import Path; from colter.config.yaml.save import save\n"
        f"path = Path({str(path)!r}); print('go', flush=True)\n"
        "while True: save(path, b'n' * 300_000); save(path, b'o' * 300_000)"
    )
    save(path, old)
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            process.stdout.close()
            process.send_signal(signal.SIGKILL)
        assert path.read_bytes() in (old, new)
