"""Opens the history: the one of a state directory, or one that ends with the run."""

from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # whoever asks only where it is, does without
    from collections.abc import AsyncIterator

    from colter.config.settings import Settings
    from colter.core.clock import Clock
    from colter.core.ports import Store

DATABASE = "state.db"


async def open_history(
    stack: AsyncExitStack, settings: "Settings", clock: "Clock", state_dir: Path | None, *, mend: bool = False
) -> "tuple[Store, str | None]":
    """The history; and what there is to tell, if a damaged one was moved aside and a new one begun.

    Args:
        stack: closes it.
        settings: say how large it may grow.
        clock: the time.
        state_dir: where it is; None: nothing outlives this run, and what is not needed any more is forgotten.
        mend: have a damaged one moved aside, as daemons do.

    Raises:
        StateError: it cannot be used; a FullError when there was no room for it.
    """
    if state_dir is None:
        from colter.store.passing import PassingStore  # noqa: PLC0415  for those who keep nothing

        passing = PassingStore(clock)
        stack.push_async_callback(passing.close)
        await passing.open()
        return passing, None
    from colter.app.registry import catalogue  # noqa: PLC0415  for those who open one
    from colter.store.sql import SqlStore  # noqa: PLC0415  SQLAlchemy costs half a second

    store = SqlStore(state_dir / DATABASE, clock, catalogue(), limit=settings.config.state.max_size.count)
    stack.push_async_callback(store.close)
    if mend:
        from colter.app.history.salvage import open_or_begin_anew  # noqa: PLC0415  for daemons

        return store, await open_or_begin_anew(store, state_dir / DATABASE, clock)
    await store.open()
    return store, None


@asynccontextmanager
async def open_to_look(settings: "Settings", clock: "Clock", state_dir: Path) -> "AsyncIterator[Store]":
    """The history, also where it cannot be written: there whatever would change it raises why. Closed at the end.

    Raises:
        StateError: it cannot even be looked at.
    """
    from colter.core.errors import DamagedError, StateError  # noqa: PLC0415  for those who open one

    async with AsyncExitStack() as stack:
        try:
            store, _ = await open_history(stack, settings, clock, state_dir)
        except DamagedError:
            raise
        except StateError as error:
            from colter.app.registry import catalogue  # noqa: PLC0415  for those who open one
            from colter.store.sql.still import StillStore  # noqa: PLC0415  for those who cannot write

            store = StillStore(state_dir / DATABASE, clock, catalogue(), error)
            stack.push_async_callback(store.close)
            await store.open()
        yield store
