"""Tells how a move of history goes: a line on the terminal while it runs, a sentence when it ends."""

from datetime import timedelta
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.core.units import format_age, format_amount, format_duration

if TYPE_CHECKING:
    from colter.app.delivering.transfer import Moved
    from colter.core.errors import DeliveryError


class TransferProgress:
    """A `colter.app.delivering.transfer.Watcher` for one sink or file, which goes by its name."""

    def __init__(self, context: Context, name: str) -> None:
        self._context = context
        self._name = name
        self._began = 0.0
        self._seen_before = 0
        self._told = ""
        self.moved: Moved | None = None
        """The newest of it; None: it has not begun."""

    def at(self, moved: "Moved") -> None:
        """Show how far it is."""
        if self.moved is None:
            self._begin(moved)
        self.moved = moved
        done = moved.seen - self._seen_before
        spent = self._context.clock.monotonic() - self._began
        speed = f", {done / spent:,.0f}/s, {self._left(moved, spent / done)} left" if done and spent else ""
        self._context.progress.show(f"{self._name}: {moved.seen:,} of {moved.total:,}{speed}")

    def waiting(self, error: "DeliveryError", wait: timedelta) -> None:
        """Tell each trouble once, and show that it is not forgotten."""
        if self._told != str(error):
            self._told = str(error)
            self._context.say(f"colter: {self._name}: {error}; trying again")
        self._context.progress.show(f"{self._name}: trying again in {format_duration(_rough(wait))}")

    def tell_end(self) -> None:
        """Say what has arrived, or that there was nothing."""
        if self.moved is None:
            return
        if not self.moved.total:
            self._context.say(f"colter: {self._name}: nothing is stored in that window")
            return
        self._context.say(f"colter: {self._name}: {format_amount(self.moved.window.sent, 'measurement')}")
        if refused := self.moved.refused:
            reason = refused[0].reason
            self._context.warn(f"colter: {self._name}: refused {len(refused):,} for good, the first because: {reason}")
            self._context.warn("  hint: colter export --refused")

    def tell_interrupted(self) -> None:
        """Say how far it has come, and how to go on."""
        if self.moved is not None:
            so_far = f"{self.moved.seen:,} of {self.moved.total:,}"
            self._context.say(f"colter: {self._name}: interrupted at {so_far}; the same command goes on from there")

    def _begin(self, moved: "Moved") -> None:
        self._began, self._seen_before = self._context.clock.monotonic(), moved.seen
        if moved.resumed:
            until = moved.window.until.isoformat(" ", "seconds")
            self._context.say(
                f"colter: {self._name}: going on where the same command ended: {moved.seen:,} of {moved.total:,}, "
                f"up to {until}"
            )

    def _left(self, moved: "Moved", each: float) -> str:
        return format_age(timedelta(seconds=(moved.total - moved.seen) * each))


def _rough(length: timedelta) -> timedelta:
    return timedelta(seconds=round(length.total_seconds()))
