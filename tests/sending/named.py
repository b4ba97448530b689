"""Receivers as channels of a configuration."""

from tests.sending.receiver import Receiver


def hook(receiver: Receiver, name: str = "hook", more: str = "") -> str:
    return f"  {name}: {{type: webhook, url: '{receiver.url}/in'{more}}}\n"


def channels(*receivers: Receiver) -> str:
    """`hook`, `other`, `third`."""
    named = zip(("hook", "other", "third"), receivers, strict=False)
    return "channels:\n" + "".join(hook(receiver, name) for name, receiver in named)
