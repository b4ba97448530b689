"""`--delete` and `--listen`: clears what shows the newest state elsewhere, or serves it to Prometheus itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from colter.cli.context import Context
from colter.cli.listening import read_address
from colter.core.errors import UsageError

if TYPE_CHECKING:
    from colter.core.ports import Display


def clear(context: Context, sinks: Sequence[str]) -> None:
    """Let these show nothing any more.

    Raises:
        UsageError: one of them keeps a history, which Colter never deletes.
        DeliveryError: it could not be cleared.
    """
    from colter.app.registry import check_sinks

    check_sinks(sinks, context.settings)
    context.run(lambda: _clear(context, sinks))


def serve(context: Context, listen: str) -> None:
    """Serve the newest state until Ctrl-C.

    Raises:
        UsageError: `listen` is no address, or nobody can listen there.
    """
    from colter.app.watching.heap import collect_often

    collect_often()
    address = read_address(listen)
    context.run(lambda: _serve(context, address))


async def _serve(context: Context, address: tuple[str, int]) -> None:
    from colter.web.metrics import serve_store

    async with context.open_runtime() as runtime:
        await serve_store(runtime.store, address, clock=context.clock, say=context.say)


async def _clear(context: Context, sinks: Sequence[str]) -> None:
    async with context.open_runtime() as runtime:
        displays = [_only_shows(await runtime.sink(name), name) for name in sinks]
        for display in displays:
            await display.clear()
            context.say(f"colter: {display.name}: shows nothing of Colter any more")


def _only_shows(sink: object, name: str) -> "Display":
    from colter.core.ports import Display

    if not isinstance(sink, Display):
        raise UsageError(f"{name}: keeps a history, which Colter never deletes", hint="--delete -o prometheus")
    return sink
