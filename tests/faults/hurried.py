"""A daemon in this process for which time goes faster than life: what it waits ten seconds for is there in one."""

import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from colter.core.clock import Clock, SystemClock
from tests.cli.running import Ended, Machine


class FastClock:
    """The time of this machine, so many times as fast."""

    def __init__(self, speed: int) -> None:
        self._speed = speed
        self._real = SystemClock()
        self._began, self._since = self._real.now(), self._real.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic() - self._since)

    def monotonic(self) -> float:
        return self._since + (self._real.monotonic() - self._since) * self._speed

    async def sleep(self, length: timedelta) -> None:
        await self._real.sleep(length / self._speed)


def daemon_meanwhile(machine: Machine, clock: Clock, story: Callable[[], None], *options: str) -> Ended:
    """Run a daemon until a story has been told in a thread beside it; what fails in the story is raised."""
    over, failed = threading.Event(), list[BaseException]()

    def tell() -> None:
        try:
            story()
        except BaseException as error:  # for whoever waits for us
            failed.append(error)
        finally:
            if not over.is_set():
                os.kill(os.getpid(), signal.SIGTERM)

    telling = threading.Thread(target=tell)
    telling.start()
    try:
        done = machine.inside("daemon", "--listen", "off", *options, clock=clock)
    finally:
        over.set()
        telling.join()
    if failed:
        raise failed[0]
    return done
