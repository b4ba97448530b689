"""Keys that are set by the environment: `COLTER_INFLUXDB__URL` is `influxdb.url`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from colter.config.schema.items import item_name, names_in, with_value
from colter.config.schema.keys import all_keys, field_names, find_place
from colter.config.schema.typed import read_value
from colter.core.errors import ConfigError, UsageError

_NAME = re.compile(r"COLTER_[A-Z0-9]+(?:_[A-Z0-9]+)*__[A-Z0-9_]+")
_PUBLIC_GITHUB = "https://api.github.com"


def apply_environment(
    data: dict[str, Any], env: Mapping[str, str]
) -> tuple[dict[str, Any], dict[tuple[str, ...], str]]:
    """The data with every `COLTER_SECTION__KEY` and `GITHUB_TOKEN` applied, and the name of the variable by path.

    Raises:
        ConfigError: a variable names no key.
    """
    origins: dict[tuple[str, ...], str] = {}
    for name in sorted(filter(_NAME.fullmatch, env)):
        try:
            path = _path(name.removeprefix("COLTER_").split("__"), data)
            data = with_value(data, path, read_value(path, env[name], env))
        except UsageError as error:
            raise ConfigError(f"environment: {name}: {error}") from None
        origins[path] = name
    if _wants_github_token(data, env):
        path = ("github", "token")
        data = with_value(data, path, env["GITHUB_TOKEN"])
        origins[path] = "GITHUB_TOKEN"
    return data, origins


def misspelt(env: Mapping[str, str]) -> dict[str, str]:
    """Variables that would set a key if they had two underscores after its section, and how they are spelt then."""
    sections = tuple(f"COLTER_{_shouted(name)}_" for name in field_names(find_place(()).kind))
    written = {name for name in env if name.startswith(sections) and "__" not in name}
    if not written:  # to walk through all keys takes milliseconds
        return {}
    meant = {"COLTER_" + "__".join(map(_shouted, path)) for path, _ in all_keys() if len(path) > 1 and "*" not in path}
    return {name.replace("__", "_"): name for name in sorted(meant) if name.replace("__", "_") in written}


def _wants_github_token(data: dict[str, Any], env: Mapping[str, str]) -> bool:
    # It is everybody's variable and belongs to github.com: never sent to another server, never instead of a chosen one.
    section = data.get("github")
    if not env.get("GITHUB_TOKEN") or (section is not None and not isinstance(section, dict)):
        return False
    section = section or {}
    return not section.get("token") and section.get("api_url", _PUBLIC_GITHUB) == _PUBLIC_GITHUB


def _path(words: Sequence[str], data: Any) -> tuple[str, ...]:
    """Names in capitals, as the keys and names that they stand for."""
    path: tuple[str, ...] = ()
    for word in words:
        known = [*field_names(find_place(path).kind), *names_in(data)]
        name = next((name for name in known if _shouted(name) == word), word.lower())
        data = _below(data, name)
        path = (*path, name)
    return path


def _below(data: Any, name: str) -> Any:
    if isinstance(data, dict):
        return data.get(name)
    return next((item for item in data if item_name(item) == name), None) if isinstance(data, list) else None


def _shouted(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
