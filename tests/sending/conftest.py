"""A certificate authority that this machine trusts."""

from tests.notifiers.conftest import authority

__all__ = ["authority"]
