"""Settings of a text, with a vault that needs nobody."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from colter.config.settings import Settings, load_settings
from colter.config.vault.vault import OpenVault, create
from colter.core.secret import Secret


def locked(header: str) -> OpenVault:
    raise AssertionError(f"nothing here needs the vault {header}")


@cache
def vault() -> OpenVault:
    return create(Secret("correct horse battery staple"))


def opened(header: str) -> OpenVault:
    assert header == vault().header
    return vault()


def load(tmp_path: Path, text: str, env: Mapping[str, str] | None = None) -> Settings:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    path.chmod(0o600)
    return load_settings(path, env or {}, opened)
