"""What is watched."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What is watched. Written `github:pallets/flask`, `pypi:requests`, `probe:api`."""

    source: str
    name: str

    def __str__(self) -> str:
        return f"{self.source}:{self.name}"
