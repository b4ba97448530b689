"""How deliveries go: a line on the terminal while they run, and counts for the end."""

from collections import Counter

from colter.cli.context import Context


class DeliveryProgress:
    """A `colter.app.delivering.deliveries.Arrived` that shows what has arrived where, and who is waited for."""

    def __init__(self, context: Context) -> None:
        self._progress = context.progress
        self._waiting: set[str] = set()
        self.counts: Counter[str] = Counter()
        """Measurements by sink; a display has 0 when it has taken the newest state."""

    def __call__(self, sink: str, count: int | None) -> None:
        """Count and show it."""
        if count is None:
            self._waiting.add(sink)
        else:
            self._waiting.discard(sink)
            self.counts[sink] += count
        self._progress.show("; ".join(filter(None, (self._delivered(), self._tried_again()))))

    def _delivered(self) -> str:
        done = ", ".join(f"{name} {total:,}" for name, total in self.counts.items())
        return f"delivered: {done}" if done else ""

    def _tried_again(self) -> str:
        names = ", ".join(sorted(self._waiting))
        return f"takes nothing, trying again: {names}" if names else ""
