"""What a command is given: options, streams, time, and the expensive things, each made when first asked for."""

import os
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO, TypeVar

from colter.cli.global_options import Options
from colter.cli.lines import harmless
from colter.cli.progress import Progress
from colter.core.clock import Clock, SystemClock
from colter.core.errors import LockedError, UsageError

if TYPE_CHECKING:  # each of these costs more than a light command may
    from contextlib import AbstractAsyncContextManager

    import typer

    from colter.app.runtime import Runtime
    from colter.cli.logs import Logs
    from colter.config.settings import Settings
    from colter.config.unlock import Unlocker
    from colter.config.vault.vault import OpenVault
    from colter.core.secret import Secret

T = TypeVar("T")


class Terminated(Exception):  # noqa: N818  like KeyboardInterrupt, it is no error
    """Somebody sent SIGTERM; everything was closed in order."""


@dataclass(frozen=True, slots=True)
class Streams:
    """Where input comes from, the result goes, and the talk goes."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO


@dataclass
class Context:
    """One run of the program. Commands find it with `Context.of(ctx)`.

    Nothing here touches disk, keyring or network before it is asked for.
    """

    options: Options = field(default_factory=Options)
    argv: Sequence[str] = field(default=(), repr=False)
    """The words of the command line as they came."""
    env: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)  # it may hold passwords
    streams: Streams = field(default_factory=lambda: Streams(sys.stdin, sys.stdout, sys.stderr), repr=False)
    clock: Clock = field(default_factory=SystemClock)

    @staticmethod
    def of(ctx: "typer.Context") -> "Context":
        """Our context within Typer's."""
        found = ctx.obj
        if not isinstance(found, Context):
            raise TypeError("the command was not started by colter.cli.main")
        return found

    @cached_property
    def config_path(self) -> Path | None:
        """The configuration file that would be read; None when there is none."""
        from colter.config.paths import config_path

        return config_path(self.options.config, self.env)

    @cached_property
    def state_dir(self) -> Path:
        """Where history is kept; it need not exist yet."""
        from colter.config.paths import state_dir

        return self.options.state or state_dir(self.env)

    @cached_property
    def log_file(self) -> Path:
        """Where the log goes when the configuration does not say."""
        from colter.config.paths import log_file

        return log_file(self.env)

    @cached_property
    def logs(self) -> "Logs":
        """The log, open to the console; a file is added when the configuration is read."""
        from colter.cli.logs import Logs

        stderr, options = self.streams.stderr, self.options
        verbosity = -1 if options.quiet and not options.verbosity else options.verbosity
        return Logs(stderr, verbosity, options.log_format, colored=self.colored(stderr))

    @cached_property
    def unlocker(self) -> "Unlocker":
        """Opens the vault, with a session, a password from elsewhere, or a prompt."""
        from colter.config.paths import runtime_dir
        from colter.config.unlock import Unlocker

        return Unlocker(
            env=self.env,
            clock=self.clock,
            password_file=self.options.password_file,
            password_command=self.options.password_command,
            ask=None if self.no_input else self._ask_hidden,
            say=self.say,
            runtime_dir=runtime_dir(self.env),
        )

    @cached_property
    def settings(self) -> "Settings":
        """The checked configuration; ConfigError when it is wrong. No secret is opened yet."""
        from colter.cli.completing.names import keep_names, version_of
        from colter.config.settings import load_settings

        version = version_of(self.config_path)
        settings = load_settings(self.options.config, self.env, self._unlock, self._password)
        settings.on_reveal = self.logs.masks.add
        log = settings.config.log
        self.logs.to_file(Path(log.file).expanduser() if log.file else self.log_file, log.level)
        for warning in settings.warnings:
            self.say(f"colter: {warning}")
        keep_names(settings, version, self.state_dir)
        return settings

    def read_again(self) -> "Settings":
        """The configuration as its file is now; ConfigError when it is wrong. Opens no secret."""
        from colter.config.settings import load_settings

        former = self.settings.config
        settings = load_settings(self.config_path, self.env, self._unlock, self._password, former=former)
        settings.on_reveal = self.logs.masks.add
        return settings

    @cached_property
    def progress(self) -> Progress:
        """How far a long run is, on a terminal."""
        wanted = not self.options.quiet and self.env.get("TERM") != "dumb"
        return Progress(self.streams.stderr, self.clock, wanted=wanted)

    @cached_property
    def no_input(self) -> bool:
        """Whether nobody may be asked: `--no-input`, no terminal, or a CI machine."""
        automatic = self.env.get("CI", "").lower() not in ("", "0", "false")
        return self.options.no_input or automatic or not self.streams.stdin.isatty()

    def colored(self, stream: TextIO) -> bool:
        """Whether colours are wanted there (https://no-color.org, `TERM=dumb`, `--color`)."""
        if self.options.color != "auto":
            return self.options.color == "always"
        return stream.isatty() and not self.env.get("NO_COLOR") and self.env.get("TERM") != "dumb"

    def say(self, line: str) -> None:
        """Lines of talk on stderr, made harmless; none when `-q` was given or nobody listens any more."""
        if not self.options.quiet:
            self.tell(harmless(line))

    def warn(self, line: str, level: str = "WARNING") -> None:
        """The same, also with `-q`."""
        self.tell(harmless(line), level)

    def tell(self, text: str, level: str = "INFO") -> None:
        """Text that is harmless already, as it is, also with `-q`; the level counts with `--log-format json` only."""
        self.progress.clear()
        if self.options.log_format == "json":
            self.logs.tell(level, text.strip().removeprefix("colter: "))
            return
        try:
            self.streams.stderr.write(f"{text}\n")
            self.streams.stderr.flush()
        except OSError:
            return  # a closed stderr must not change what the command does

    def write(self, text: str) -> None:
        """A piece of the result on stdout. A reader who has left (`| head`) is no error: the rest goes nowhere.

        Raises:
            UsageError: stdout cannot be written to (a full disk).
        """
        stdout = self.streams.stdout
        self.progress.clear()
        try:
            stdout.write(text)
            stdout.flush()
        except BrokenPipeError:
            discard(stdout)
        except OSError as error:
            discard(stdout)
            raise UsageError(f"cannot write the result: {error.strerror}") from error

    def ask(self, prompt: str, *, hidden: bool = False) -> str:
        """What the user types, without the line end.

        Raises:
            LockedError: nobody may be asked.
            EOFError: the user closed the input.
        """
        if self.no_input:
            raise LockedError(f"cannot ask for: {prompt}", hint="run it in a terminal, without --no-input and CI")
        if hidden:
            return self._ask_hidden(prompt)
        self.streams.stderr.write(f"{prompt}: ")
        self.streams.stderr.flush()
        line = self.streams.stdin.readline()
        if not line:
            raise EOFError(prompt)
        return line.rstrip("\r\n")

    def agrees(self, question: str) -> bool:
        """Whether the user says yes; nothing typed is no. Raises as `ask` does."""
        while (answer := self.ask(f"{question} [y/N]").strip().lower()) not in ("y", "yes", "n", "no", ""):
            self.warn("  expected y or n")
        return answer in ("y", "yes")

    def open_runtime(self) -> "AbstractAsyncContextManager[Runtime]":
        """The history and all that can be done with it, for commands that measure nothing; closed at the end."""
        from colter.app.runtime import open_runtime

        return open_runtime(self.settings, self.clock, state_dir=self.state_dir)

    def run(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run async work: the only event loop of the process. A second signal ends it at once.

        Raises:
            KeyboardInterrupt: Ctrl-C; everything was closed in order.
            Terminated: the same for SIGTERM.
        """
        import asyncio
        import signal

        from colter.cli.signals import Signals

        _ = self.logs  # open before anybody has something to say
        with Signals() as signals, asyncio.Runner() as runner:
            try:
                return runner.run(signals.guard(main()))
            except asyncio.CancelledError:
                if signals.came is signal.SIGINT:
                    raise KeyboardInterrupt from None
                if signals.came is signal.SIGTERM:
                    raise Terminated from None
                raise

    def close(self) -> None:
        """Let go of the log, if it was opened."""
        if "logs" in self.__dict__:
            self.logs.close()

    def _unlock(self, header: str) -> "OpenVault":
        return self.unlocker(header)

    def _password(self, prompt: str) -> "Secret":
        return self.unlocker.password(prompt)

    def _ask_hidden(self, prompt: str) -> str:
        from getpass import getpass

        with _interruptible():
            return getpass(f"{prompt}: ", stream=self.streams.stderr)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end a question.

    An event loop only notes them, and gets to them when it is asked again: never, while somebody is asked. And without
    a loop SIGTERM ends the process at once, and leaves the terminal without echo.
    """
    import signal

    def terminate(*_: object) -> None:
        raise Terminated

    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    end = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, interrupt)
        signal.signal(signal.SIGTERM, end)


def discard(stream: IO[str]) -> None:
    """Lead a stream to nowhere, so that not even the interpreter's last flush meets the closed pipe again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
