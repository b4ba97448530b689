"""Sends a part of the history to sinks."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from colter.cli.context import Context
from colter.cli.exporting.transfer_progress import TransferProgress
from colter.cli.outcome import INTERRUPTIONS, tell_error
from colter.cli.window import WindowOptions
from colter.core.errors import ColterError, DeliveryError, ExitCode, worst

if TYPE_CHECKING:
    from colter.app.delivering.transfer import HistoryWindow
    from colter.app.runtime import Runtime
    from colter.config.settings import Settings
    from colter.core.ports import Display

_AGAIN = "run the same command again to go on"


def send(context: Context, sinks: Sequence[str], window: WindowOptions, patience: timedelta) -> ExitCode:
    """Send it to each of these, one after the other; what one does not take costs the others nothing."""
    from colter.app.registry import check_sinks

    check_sinks(sinks, context.settings)
    now = context.clock.now()
    asked = {name: window.read(now, place(context.settings, name)) for name in sinks}
    progress: list[TransferProgress] = []
    problems: list[ColterError] = []
    try:
        context.run(lambda: _send_all(context, asked, patience=patience, progress=progress, problems=problems))
    except INTERRUPTIONS:
        for unfinished in progress[-1:]:
            unfinished.tell_interrupted()
        raise
    return worst(problem.exit_code for problem in problems)


def place(settings: "Settings", sink: str) -> tuple[str, str]:
    """A sink and where it is: half a history in one server is no reason to begin in the middle in another."""
    from colter.app.registry import SINKS, SinkName
    from colter.config.schema.shown import effective

    section = getattr(settings.config, SINKS[cast("SinkName", sink)].section)
    shown = json.dumps(effective(section), sort_keys=True)  # without its secrets
    return sink, hashlib.sha256(shown.encode(errors="replace")).hexdigest()[:12]


def going_on(error: ColterError) -> ColterError:
    """The same error, with what to do once it is mended."""
    if not isinstance(error, DeliveryError):
        return error
    return DeliveryError(str(error), hint=f"{error.hint}; then {_AGAIN}" if error.hint else _AGAIN)


async def _send_all(
    context: Context,
    asked: "Mapping[str, HistoryWindow]",
    *,
    patience: timedelta,
    progress: list[TransferProgress],
    problems: list[ColterError],
) -> None:
    async with context.open_runtime() as runtime:
        for name, part in asked.items():
            progress.append(TransferProgress(context, name))
            try:
                await _send(context, runtime, name, part, progress=progress[-1], patience=patience)
            except ColterError as error:
                problems.append(error)
                tell_error(going_on(error), context)


async def _send(
    context: Context,
    runtime: "Runtime",
    name: str,
    asked: "HistoryWindow",
    *,
    progress: TransferProgress,
    patience: timedelta,
) -> None:
    from colter.app.delivering.transfer import Mover
    from colter.core.ports import Display

    sink = await runtime.sink(name)
    if isinstance(sink, Display):
        await _show(context, runtime, sink)
        return
    await Mover(runtime.store, context.clock, patience, progress).into_sink(sink, asked)
    progress.tell_end()


async def _show(context: Context, runtime: "Runtime", display: "Display") -> None:
    await display.show(await runtime.store.latest())
    context.say(f"colter: {display.name}: shows the newest state and no history; it has the newest state now")
    context.say("  hint: `colter export -f openmetrics` writes history that Prometheus can import; docs/files.md")
