"""Every channel with a receiver that can be made to give any answer."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from colter.core.errors import Answer
from colter.core.secret import Secret
from colter.notifiers.alertmanager import Alertmanager
from colter.notifiers.apprise import Apprise
from colter.notifiers.email import Email, MailServer
from colter.notifiers.ntfy import Ntfy
from colter.notifiers.slack import Slack
from colter.notifiers.webhook import Webhook
from colter.store.memory import MemoryStore
from tests.influx.recorder import Recorder, recording
from tests.notifiers.telling import Make
from tests.servers.smtp import mail_server

SECRET = "canary4711"
_STATUSES = {None: 200, Answer.RETRY: 503, Answer.REFUSED: 400, Answer.PAUSE: 404}
_REPLIES = {Answer.RETRY: "451 later", Answer.REFUSED: "554 never"}


@dataclass(frozen=True)
class Place:
    """A channel and its receiver."""

    make: Make
    told: Callable[[], list[bytes]]
    """What has arrived, raw, answered well or not."""
    says: Callable[[Answer | None], None]
    """From now on it answers with this; None: it is taken."""


def slack(url: str) -> Make:
    return lambda http, clock: Slack(name="chat", url=Secret(f"{url}/hook/{SECRET}"), http=http, clock=clock)


def webhook(url: str) -> Make:
    return lambda http, clock: Webhook(
        name="hook",
        url=Secret(f"{url}/hook/{SECRET}"),
        secret=Secret(SECRET),
        headers={"authorization": Secret(SECRET)},
        http=http,
        clock=clock,
    )


def alertmanager(url: str) -> Make:
    return lambda http, clock: Alertmanager(
        name="am", url=url, user="me", password=Secret(SECRET), http=http, clock=clock
    )


def ntfy(url: str) -> Make:
    return lambda http, clock: Ntfy(
        name="phone", url=Secret(f"{url}/{SECRET}"), token=Secret(SECRET), http=http, clock=clock
    )


def apprise(url: str) -> Make:
    address = url.replace("http://", f"json://me:{SECRET}@") + f"/{SECRET}"
    return lambda _http, _clock: Apprise(name="any", url=Secret(address))


OVER_HTTP = {"slack": slack, "webhook": webhook, "alertmanager": alertmanager, "ntfy": ntfy}
"""Our own, by the address of their server."""


@contextmanager
def http_place(make: Callable[[str], Make]) -> Iterator[Place]:
    with recording(Recorder(200, body=b"ok")) as server:

        def says(answer: Answer | None) -> None:
            server.status = _STATUSES[answer]
            server.body = f"no {SECRET} at {server.url}/hook/{SECRET}".encode() if answer else b"ok"

        yield Place(make(server.url), lambda: [body for _, _, body in server.asked], says)


@contextmanager
def email_place() -> Iterator[Place]:
    with mail_server() as server:
        mail = MailServer("127.0.0.1", server.port, "never")

        def says(answer: Answer | None) -> None:
            server.data = _REPLIES.get(answer, "") if answer else ""
            server.sender = "553 not your address" if answer is Answer.PAUSE else ""

        yield Place(
            lambda _, clock: Email(
                name="ops",
                server=mail,
                sender="colter@example.org",
                recipients=["a@example.org"],
                recall=MemoryStore(),
                clock=clock,
            ),
            lambda: [taken.raw for taken in server.taken],
            says,
        )


def open_place(name: str) -> AbstractContextManager[Place]:
    """`email`, `apprise`, or one of those over HTTP."""
    return email_place() if name == "email" else http_place({**OVER_HTTP, "apprise": apprise}[name])
