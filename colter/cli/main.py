"""The command line as a whole: the table of commands, and the one door from an error to an exit code."""

import copy
import errno
from collections.abc import Collection, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import typer
from typer.core import TyperGroup

from colter.cli import options
from colter.cli.context import Context, Terminated, discard
from colter.cli.global_options import ColorChoice, LogFormat, Options
from colter.cli.outcome import tell_error
from colter.core.errors import ColterError, ExitCode, UsageError

COMMANDS: dict[str, tuple[str, str]] = {
    "track": ("colter.cli.track", "Read repositories and packages once."),
    "probe": ("colter.cli.probe", "Probe endpoints once."),
    "beat": ("colter.cli.beat", "Report that a job was done, or run it and report how it went."),
    "export": ("colter.cli.export", "Send what sinks are owed, or any part of the history to a sink or a file."),
    "daemon": ("colter.cli.daemon", "Watch everything that is configured, until it is ended."),
    "status": ("colter.cli.status", "Show the last known of everything, without any network."),
    "report": ("colter.cli.report", "Show how long endpoints were up, and how far numbers moved."),
    "alerts": ("colter.cli.alerts", "Show what fires, silence it, try channels and rules."),
    "forget": ("colter.cli.forget", "Forget targets that are not watched any more."),
    "config": ("colter.cli.config", "Create, check, show and change the configuration."),
    "login": ("colter.cli.login", "Ask for the master password once, for 30 minutes."),
    "logout": ("colter.cli.logout", "Forget the master password."),
    "completion": ("colter.cli.completion", "Print the completion script for a shell."),
    "demo": ("colter.cli.demo", "Try Colter in a sandbox, without touching anything."),
}
"""Module and summary by name. A module has either `app` (a Typer: a group of commands) or `command` (a function).

Commands take Typer's context and find ours with `Context.of(ctx)`; they return an ExitCode, or nothing for OK.
"""

_HELP = """Watches GitHub repositories, PyPI packages and HTTP endpoints, and keeps the history.

The global options may stand before or after the command.

Examples:
  colter probe https://example.org
  colter track pypi requests httpx
  colter track github pallets/flask --with downloads
  colter status
"""
_HELP_NAMES = ["-h", "--help"]
_WRONG_USAGE: type[Exception] = typer.BadParameter.__bases__[0]  # UsageError: every version keeps it somewhere else
_PATHS = ("config", "state", "password_file")


def run(argv: Sequence[str], context: Context | None = None) -> int:
    """Run one command line and return its exit code; what went wrong stands on stderr, and nothing is raised."""
    context = context or Context()
    context.argv = tuple(argv)
    try:
        code = command_tree(argv).main(list(argv) or ["--help"], "colter", standalone_mode=False, obj=context)
        context.streams.stdout.flush()
    except (Exception, KeyboardInterrupt, SystemExit) as error:  # the door: everything ends here, foreseen or not
        code = _explained(error, context, argv)
    finally:
        context.close()
    return int(code or ExitCode.OK)


def command_tree(wanted: Collection[str] = COMMANDS.keys()) -> TyperGroup:
    """All commands; only those whose name is in `wanted` are imported, the rest are names with a summary."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,  # its tracebacks can show the values of variables, that is, secrets
        context_settings={"help_option_names": _HELP_NAMES},
    )
    app.callback(help=_HELP)(_global_options)
    for name, (module, summary) in COMMANDS.items():
        if name not in wanted:
            app.command(name, help=summary)(_not_loaded)
            continue
        loaded = import_module(module)
        if hasattr(loaded, "app"):
            app.add_typer(loaded.app, name=name, help=summary)
        else:
            app.command(name)(loaded.command)
    tree = cast("TyperGroup", typer.main.get_command(app))
    _shape(tree, ())
    return tree


def _global_options(
    ctx: typer.Context,
    *,
    config: options.Config = None,
    state: options.State = None,
    verbose: options.Verbose = 0,
    quiet: options.Quiet = False,
    color: options.Color = "auto",
    log_format: options.LogFormat = "text",
    no_input: options.NoInput = False,
    password_file: options.PasswordFile = None,
    password_command: options.PasswordCommand = None,
    version: options.Version = False,
) -> None:
    context = Context.of(ctx)
    context.options = Options(
        config=config,
        state=state,
        verbosity=verbose,
        quiet=quiet,
        color=cast("ColorChoice", color),
        log_format=cast("LogFormat", log_format),
        no_input=no_input,
        password_file=password_file,
        password_command=password_command,
    )
    del version


def _not_loaded() -> None:
    raise AssertionError("a command is imported when its name is on the command line")


def _shape(command: Any, inherited: Sequence[Any]) -> None:
    """Keep the lines of examples apart, and let every command take the global options too, hidden in its help."""
    command.help = (command.help or "").replace("\n\nExamples:", "\n\n\b\nExamples:")
    for sub in getattr(command, "commands", {}).values():
        _shape(sub, inherited or [_hidden(option) for option in command.params])
    for parameter in command.params:
        if hasattr(parameter.type, "readable"):
            parameter.type.readable = False  # of a path: whoever reads it says so, with the exit code that it deserves
    own = {name for option in command.params for name in option.opts}
    command.params += [option for option in inherited if not own & set(option.opts)]


def _hidden(option: Any) -> Any:
    inherited = copy.copy(option)
    inherited.expose_value = False
    inherited.hidden = True
    if not inherited.is_eager:
        inherited.default = None
        inherited.callback = _late_option
    return inherited


def _late_option(ctx: typer.Context, option: Any, value: Any) -> Any:
    if value:
        context = Context.of(ctx)
        name = {"verbose": "verbosity"}.get(option.name, option.name)
        changes: dict[str, Any] = {name: Path(value) if name in _PATHS else value}
        context.options = replace(context.options, **changes)
    return value


def _explained(error: BaseException, context: Context, argv: Sequence[str]) -> ExitCode:
    match error:
        case ColterError():
            tell_error(error, context)
            return error.exit_code
        case _ if isinstance(error, _WRONG_USAGE):
            return _usage(error, context, argv)
        case KeyboardInterrupt() | typer.Abort() | Terminated():
            if context.streams.stderr.isatty():
                context.warn("")  # the terminal has just written ^C, perhaps behind a question
            return ExitCode.TERMINATED if isinstance(error, Terminated) else ExitCode.INTERRUPTED
        case BrokenPipeError() | SystemExit():  # the reader has left (`| head`); Typer makes the other of the one
            discard(context.streams.stdout)
            return ExitCode.OK
        case OSError(errno=errno.ENOSPC):  # Typer writes help itself
            discard(context.streams.stdout)
            return _explained(UsageError(f"cannot write the result: {error.strerror}"), context, argv)
    return _bug(error, context)


def _usage(error: Any, context: Context, argv: Sequence[str]) -> ExitCode:
    from colter.cli.old_command_line import translated

    if today := translated(argv):
        context.warn(f"colter: this is how Colter 1.x was called; now it is: {today}")
        context.warn(f"  hint: {today.partition(' -')[0]} --help")
        return ExitCode.USAGE
    where = getattr(getattr(error, "ctx", None), "command_path", "colter")
    message = error.format_message()
    if near := getattr(error, "possibilities", None):
        message = f"{error.message}. Did you mean {' or '.join(sorted(near))}?"
    context.warn(f"colter: {message}")
    context.warn(f"  hint: {where} --help")
    return ExitCode.USAGE


def _bug(error: BaseException, context: Context) -> ExitCode:
    import logging
    import traceback

    hide = context.logs.masks.hide
    if not context.logs.has_file:
        context.logs.to_file(context.log_file, "info")
    logging.getLogger(__name__).error("a bug", exc_info=error)
    if context.options.verbosity:
        context.warn(hide("".join(traceback.format_exception(error)).rstrip()))
    context.warn(f"colter: a bug: {type(error).__name__}: {hide(str(error))}")
    context.warn(f"  hint: -v shows where; the log is {context.log_file}")
    return ExitCode.BUG
