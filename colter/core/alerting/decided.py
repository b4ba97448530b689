"""What was decided about a round: committed with it in one piece, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from colter.core.model import AlertState, Delivery


@dataclass(frozen=True, slots=True)
class Decided:
    """Where rules stand now, and what there is to tell."""

    states: Sequence[AlertState] = ()
    deliveries: Sequence[Delivery] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not self.states and not self.deliveries


NOTHING = Decided()
