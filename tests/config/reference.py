"""The table of keys in docs/configuration.md, made from the schema.

`python -m tests.config.reference` writes it anew.
"""

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from colter.config.schema.config import Config
from colter.config.schema.keys import all_keys, alternatives, field_names
from colter.config.schema.shown import effective
from colter.config.yaml.scalars import write_inline

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
BEGIN, END = "<!-- keys, from the schema -->\n", "<!-- end of keys -->\n"


def table() -> str:
    """One row for each key that holds a value; `*` stands for a name."""
    rows: dict[str, str] = {}
    for path, field in all_keys():
        if not any(field_names(kind) for kind in alternatives(field.annotation)):
            rows.setdefault(".".join(path), f"| `{'.'.join(path)}` | {_default(path, field)} | {field.description} |")
    return "\n".join(["| key | default | what |", "|---|---|---|", *rows.values(), ""])


def _default(path: tuple[str, ...], field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = effective(Config())
    try:
        for part in path:
            value = value[part]
    except (KeyError, TypeError):
        default = field.get_default(call_default_factory=True)
        value = None if default is PydanticUndefined else default
        value = value if isinstance(value, str | int | list | dict | None) else _plain(value)
    return "" if value in (None, [], {}, "") else f"`{value if isinstance(value, str) else write_inline(value)}`"


def _plain(value: Any) -> str:
    from datetime import timedelta  # noqa: PLC0415  only here

    from colter.core.units import format_duration  # noqa: PLC0415  only here

    return format_duration(value) if isinstance(value, timedelta) else str(value)


if __name__ == "__main__":
    head, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(head + BEGIN + table() + END + rest.partition(END)[2], "utf-8")
