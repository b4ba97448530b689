"""The configuration file: read strictly, every value with its place, changed without touching any other byte."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from colter.config.yaml.nodes import Lines, Listing, Mapping, Node
from colter.config.yaml.reading import TOO_MUCH, UNFIT, RefusedError, read_nodes
from colter.core.errors import ConfigError
from colter.core.text import clean
from colter.core.units import format_size

MAX_BYTES = 8 << 20
_BOM = "\ufeff"
# What PyYAML is known to raise for hostile input, beside its own errors.
_FAILURES = (yaml.YAMLError, ValueError, AttributeError, OverflowError, IndexError, RecursionError)


@dataclass(frozen=True, slots=True)
class Document:
    """One version of the file; a change makes another one."""

    name: str
    """What messages call it: the path as the user gave it."""
    text: str = field(repr=False)  # it may hold secrets
    """Without byte order mark."""
    root: Node | None = field(repr=False)
    """None: nothing but comments."""
    mode: int = 0o600
    """Permission bits, as they were found."""
    bom: bool = False

    @property
    def data(self) -> dict[str, Any]:
        """The values as plain Python."""
        return self.root.data or {} if self.root else {}

    def encoded(self) -> bytes:
        """The bytes of the file."""
        return ((_BOM if self.bom else "") + self.text).encode(errors="surrogateescape")

    def locate(self, path: Sequence[str | int], *, key: bool = False) -> Node | None:
        """The node nearest to a path of keys and indices; parts that are not there are passed over.

        With `key`, the key of the last part instead of its value.
        """
        node = self.root
        for number, part in enumerate(path, 1):
            if isinstance(node, Mapping) and part in node.pairs:
                pair = node.pairs[str(part)]
                node = pair.key if key and number == len(path) else pair.value
            elif isinstance(node, Listing) and isinstance(part, int) and part < len(node.items):
                node = node.items[part]
        return node

    def place(self, path: Sequence[str | int] = (), *, key: bool = False) -> str:
        """`file:line:col` of a value."""
        node = self.locate(path, key=key)
        line, column = node.place if node else (1, 1)
        return f"{self.name}:{line}:{column}"


def load_document(path: Path, *, broken: bool = False) -> Document:
    """Read and parse a file; with `broken`, one that is no YAML is a text without any values.

    Raises:
        ConfigError: it is not there, not readable, no regular file, too large, or not the YAML that is allowed.
    """
    name = clean(str(path))
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for ever.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(handle, "rb") as file:  # noqa: PTH123  Path.open takes no descriptor
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise ConfigError(f"{name}: expected a regular file")
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"{name}: there is no such file", hint="colter config init creates one") from None
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror}") from error
    mode = stat.S_IMODE(found.st_mode)
    try:
        return parse_document(content, name, mode=mode)
    except ConfigError:
        if not broken or len(content) > MAX_BYTES:
            raise
        return Document(name, content.decode(errors="surrogateescape"), None, mode)


def parse_document(content: bytes, name: str, *, mode: int = 0o600) -> Document:
    """Parse bytes; ConfigError `name:line:col: what is wrong`."""
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{name}:1:1: the file is larger than {format_size(MAX_BYTES)}", hint=TOO_MUCH)
    try:
        decoded = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        raise _refusal(name, before, len(before), "expected UTF-8; this byte is none") from error
    bom = decoded.startswith(_BOM)
    text = decoded.removeprefix(_BOM)
    if found := UNFIT.search(text):
        raise _refusal(name, text, found.start(), f"the character U+{ord(found[0]):04X} is not allowed")
    root = _read(text, name)
    if root is not None and root.data is not None and not isinstance(root, Mapping):
        raise _refusal(name, text, root.start, "expected sections such as 'github:' or 'endpoints:'")
    return Document(name, text, root, mode, bom)


def _read(text: str, name: str) -> Node | None:
    try:
        return read_nodes(text)
    except RefusedError as error:
        raise _refusal(name, text, error.index, str(error), hint=error.hint) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.problem, error.context) if part)
        index = mark.index if mark else 0
        if text[index : index + 1] == "\t":
            said = "a tab; indent with spaces"
        raise _refusal(name, text, index, f"this is not YAML: {said}") from None
    except _FAILURES as error:
        raise _refusal(name, text, 0, f"this is not YAML: {error}") from error


def _refusal(name: str, text: str, index: int, message: str, hint: str | None = None) -> ConfigError:
    line, column = Lines(text).place(index)
    return ConfigError(f"{name}:{line}:{column}: {clean(message)}", hint=hint)
