"""Replies without what nobody reads, so that megabytes of releases and issue texts do not fill the state."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from colter.net.http import parse_json

Shape = Mapping[str, "Shape"]
"""The keys to keep, each with the shape of what stands under it; nothing there: all of it."""


def slim(shape: Shape) -> Callable[[bytes], bytes]:
    """Makes of a JSON body one with these keys only; HttpError of kind `invalid` for a body that is no JSON."""
    return lambda body: json.dumps(_keep(parse_json(body), shape), separators=(",", ":")).encode()


def _keep(told: Any, shape: Shape) -> Any:
    if isinstance(told, list):
        return [_keep(item, shape) for item in told]
    if isinstance(told, dict) and shape:
        return {key: _keep(told[key], inner) for key, inner in shape.items() if key in told}
    return told
