"""Which endpoints are meant: configured names, tags, and addresses; a job that reports stands for itself."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, count

from colter.cli.context import Context
from colter.config.schema.endpoints import Endpoint
from colter.core.errors import ConfigError, UsageError
from colter.core.names import did_you_mean, few
from colter.core.text import clean
from colter.sources.probe.check import Check, check_from_config, check_from_url, expecting

_NAMED = 10


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the command line says about the checks themselves."""

    method: str | None = None
    headers: Sequence[str] = ()
    body: str | None = None
    expect: Sequence[str] = ()
    timeout: timedelta | None = None

    @property
    def of_addresses_only(self) -> bool:
        """Whether something was said that a configured endpoint says for itself."""
        return self.method is not None or bool(self.headers) or self.body is not None


def find_checks(context: Context, names: Sequence[str], asked: CheckOptions) -> Sequence[Check | Endpoint]:
    """The checks that are meant, each once, in the order of the command line.

    Raises:
        UsageError: a name or a tag that is not configured, or an option that does not suit it.
        ConfigError: nothing is configured and nothing was named.
        LockedError, VaultError: a secret of a configured endpoint cannot be opened.
    """
    endpoints = context.settings.config.endpoints
    if not names and not endpoints:
        raise ConfigError(
            "probe: no endpoints are configured", hint="name an address, as in: colter probe https://example.org"
        )
    jobs = {endpoint.name for endpoint in endpoints if endpoint.heartbeat}
    found: dict[str, Check | Endpoint] = {}
    for name in names or [endpoint.name for endpoint in endpoints]:
        for check in _meant(context, name, endpoints, asked):
            if isinstance(check, Endpoint):
                found[check.name] = check
            else:
                _add(found, check, jobs)
    return list(found.values())


def are_apart(
    context: Context, checks: Sequence[Check | Endpoint], asked: CheckOptions, wait: timedelta | None
) -> bool:
    """Whether a configured endpoint is asked otherwise than it is configured, or waited for: it may well fail then."""
    if not (asked.of_addresses_only or asked.expect or wait is not None):
        return False
    if any(isinstance(check, Endpoint) for check in checks):  # what jobs report stands in the history
        return False
    configured = {endpoint.name for endpoint in context.settings.config.endpoints}
    return any(check.name in configured for check in checks)


def _add(found: dict[str, Check | Endpoint], check: Check, taken: Collection[str]) -> None:
    """Add a check, unless it is there already; another one of the same name (http:// and https://) keeps its scheme."""
    numbered = (f"{check.url} ({number})" for number in count(2))  # two that differ in their query only
    for name in chain([check.name, check.url], numbered):
        named = replace(check, name=name)
        if name not in taken and found.setdefault(name, named) == named:
            return


def _meant(
    context: Context, name: str, endpoints: Sequence[Endpoint], asked: CheckOptions
) -> Iterator[Check | Endpoint]:
    if chosen := [
        endpoint for endpoint in endpoints if name == endpoint.name or name.removeprefix("@") in _tags(name, endpoint)
    ]:
        for endpoint in chosen:
            yield _job(endpoint, asked) if endpoint.heartbeat else _configured(context, endpoint, asked)
    elif "://" in name:
        yield check_from_url(
            name,
            context.settings.config.probe,
            method=asked.method,
            headers=asked.headers,
            body=asked.body,
            expect=asked.expect,
            timeout=asked.timeout,
        )
    else:
        raise UsageError(f"probe: {name!r} is not configured", hint=_guess(name, endpoints))


def _configured(context: Context, endpoint: Endpoint, asked: CheckOptions) -> Check:
    if asked.of_addresses_only:
        raise UsageError(
            f"probe: -X, -H and -d are for addresses; {endpoint.name!r} says in the configuration what is sent"
        )
    check = check_from_config(endpoint, context.settings.config.probe, context.settings.reveal)
    try:
        check = expecting(check, asked.expect)
    except ValueError as error:
        raise UsageError(f"--expect: {clean(check.name, 80)}: {error}") from error
    return replace(check, timeout=asked.timeout or check.timeout)


def _job(endpoint: Endpoint, asked: CheckOptions) -> Endpoint:
    if asked.of_addresses_only or asked.expect:
        name = clean(endpoint.name, 80)
        raise UsageError(f"probe: -X, -H, -d and --expect are for what is probed; {name!r} is a job that reports")
    return endpoint


def _tags(name: str, endpoint: Endpoint) -> Sequence[str]:
    return endpoint.tags if name.startswith("@") else ()


def _guess(name: str, endpoints: Sequence[Endpoint]) -> str:
    known = [endpoint.name for endpoint in endpoints]
    known += sorted({f"@{tag}" for endpoint in endpoints for tag in endpoint.tags})
    if guess := did_you_mean(name, known):
        return guess
    if "." in name:
        return f"an address has a scheme: https://{name}"
    return f"configured are: {few(known, _NAMED)}" if known else "no endpoints are configured; an address has a scheme"
