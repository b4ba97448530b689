"""Makes sinks, channels, sources, the prober and the HTTP client, each when it is first needed."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

from colter.app.delivering.deliveries import AnySink
from colter.app.registry import Parts, TrackPlan, make_notifier, make_sink, make_source
from colter.app.settings_in_use import Part, SettingsInUse
from colter.core.allowance import Allowances
from colter.core.clock import Clock
from colter.core.errors import ColterError
from colter.core.ports import Notifier, Source, Store

if TYPE_CHECKING:  # each kind of work pays for its own imports only
    from colter.net.http import Http
    from colter.sources.probe.prober import Prober

_FETCH_DEADLINE = timedelta(seconds=10)
_FAILED = 400


class Workshop:
    """What is opened here is closed with the stack; sinks, channels and sources by whoever asked for them."""

    def __init__(self, settings: SettingsInUse, store: Store, clock: Clock, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._stack = stack
        self.allowances = Allowances()
        """What the APIs of sources have said last, whichever source has asked."""
        self._http: Http | None = None
        self._prober: Prober | None = None

    async def sink(self, name: str) -> AnySink:
        """A sink by its name; ColterError when its settings or secrets are not usable."""
        return make_sink(name, self._parts(Part("sink", name)))

    async def notifier(self, name: str) -> Notifier:
        """A channel by its name; ColterError as for sinks."""
        return make_notifier(name, self._parts(Part("channel", name)))

    async def sources(self, plans: Sequence[TrackPlan]) -> tuple[list[Source], list[ColterError]]:
        """The sources of these plans, and why some could not be made."""
        made, problems = [], []
        for plan in plans:
            try:
                made.append(make_source(plan, self._parts(Part("source", plan.source))))
            except ColterError as error:  # a locked token must not cost the packages their readings
                problems.append(error)
        return made, problems

    def prober(self) -> "Prober":
        """The one prober."""
        from colter.sources.probe.prober import Prober  # noqa: PLC0415  libcurl; tracking does without

        if self._prober is None:
            self._prober = Prober(clock=self._clock, per_host=lambda: self._settings.newest.config.probe.per_host)
            self._stack.callback(self._prober.close)
        return self._prober

    async def fetch(self, url: str) -> str | None:
        """Fetch an address whose answer does not matter; why it did not answer well, if it did not."""
        from colter.net.http import HttpError, Request  # noqa: PLC0415  as below

        try:
            reply = await self._open_http().send(Request(url, deadline=_FETCH_DEADLINE, attempts=1, hidden=True))
        except HttpError as error:
            return str(error)
        return f"answered {reply.status}" if reply.status >= _FAILED else None

    def _parts(self, part: Part) -> Parts:
        return Parts(self._settings.of(part), self._open_http, self._store, self._clock, self.allowances)

    def _open_http(self) -> "Http":
        from colter.net.http import Http  # noqa: PLC0415  httpx; probing does without

        if self._http is None:
            self._http = Http(self._clock)
            self._stack.push_async_exit(self._http)
        return self._http
