"""A machine that has never seen Colter."""

from tests.watching.conftest import machine

__all__ = ["machine"]
