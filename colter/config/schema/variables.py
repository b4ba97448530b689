"""`${NAME}` and `${NAME:-default}` in texts of the configuration; `$${` stands for a plain `${`."""

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$(\$)?\{([^}]*)(\})?")
_USED = re.compile(r"(?<!\$)\$\{")
_BODY = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


def has_variable(written: str) -> bool:
    """Whether there is anything to replace."""
    return bool(_USED.search(written))


def expand(written: str, env: Mapping[str, str]) -> str:
    """The text with every variable replaced.

    Raises:
        ValueError: a variable is not set and has no default, or `${` is not closed.
    """
    return _VARIABLE.sub(lambda found: _value(found, env), written) if "${" in written else written


def _value(found: re.Match[str], env: Mapping[str, str]) -> str:
    if found[1]:
        return found[0][1:]
    body = _BODY.fullmatch(found[2])
    if not found[3] or not body:
        raise ValueError("expected ${NAME} or ${NAME:-default}; write $${ for a plain ${")
    name, default = body[1], body[2]
    if name == "COLTER_MASTER_PASSWORD":  # else whoever can write to the file has it sent to an address of their own
        raise ValueError(f"{name} is for the vault alone")
    value = env.get(name, "")
    if not value and default is not None:
        return default
    if name not in env:
        raise ValueError(f"the environment variable {name} is not set, and no default is given (${{{name}:-default}})")
    return value
