"""Options that several commands have, declared once: as the fields of a dataclass."""

from collections.abc import Callable
from dataclasses import fields
from functools import update_wrapper
from inspect import Parameter, signature
from typing import Any, TypeVar

T = TypeVar("T")


def grouped(command: Callable[..., T]) -> Callable[..., T]:
    """The command as Typer is to see it: its last parameter is a dataclass, each field of which becomes an option."""
    seen = signature(command)
    *own, group = seen.parameters.values()
    options = fields(group.annotation)

    def call(*args: Any, **given: Any) -> T:
        values = {option.name: given.pop(option.name) for option in options}
        return command(*args, **given, **{group.name: group.annotation(**values)})

    parameters = [
        Parameter(option.name, Parameter.KEYWORD_ONLY, default=option.default, annotation=option.type)
        for option in options
    ]
    update_wrapper(call, command)
    call.__signature__ = seen.replace(parameters=[*own, *parameters])  # type: ignore[attr-defined]
    return call
