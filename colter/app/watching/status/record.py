"""What a daemon writes into its status file, as plain JSON. Fields are added, never changed or removed."""

import os
from collections.abc import Iterable
from pathlib import Path

from colter import __version__
from colter.app.watching.health import Health
from colter.app.watching.schedule import Counts
from colter.core.allowance import Allowance
from colter.core.records import Record, text
from colter.core.text import clean
from colter.core.units import timestamp

_LONGEST_PROBLEM = 500


def status_record(
    health: Health,
    unkept: tuple[int, int],
    allowances: Iterable[Allowance],
    *,
    serving: str | None,
    file: Path | None,
) -> Record:
    """Everything that there is to tell of a running daemon.

    Args:
        health: how it is.
        unkept: readings and results that wait to be kept, and those that were given up.
        allowances: what APIs still grant.
        serving: `host:port` where it listens; None: nowhere.
        file: its configuration file.
    """
    waiting, lost = unkept
    return {
        "process": os.getpid(),
        "version": __version__,
        "since": timestamp(health.started),
        "serving": serving,
        "last_round": health.last_round and timestamp(health.last_round),
        "lag_seconds": round(health.lag, 3),
        "looks": {kind: _looks(counts) for kind, counts in health.counts.items()},
        "unkept": waiting,
        "lost": lost,
        "configuration": {
            "file": file and text(str(file)),
            "in_use_since": timestamp(health.loaded),
            "problem": health.reload_problem and clean(health.reload_problem, _LONGEST_PROBLEM),
        },
        "locked": list(_clean(health.locked)),
        "apis": [_granted(allowance) for allowance in allowances],
    }


def _looks(counts: Counts) -> Record:
    return {"begun": counts.begun, "late": counts.late, "skipped": counts.skipped, "missed": counts.missed}


def _granted(allowance: Allowance) -> Record:
    return {
        "api": allowance.api,
        "token_expires": allowance.token_expires and timestamp(allowance.token_expires),
        "rate_limits": {
            resource: {"limit": budget.limit, "remaining": budget.remaining, "reset": timestamp(budget.reset)}
            for resource, budget in allowance.budgets.items()
        },
    }


def _clean(keys: Iterable[str]) -> Iterable[str]:
    return (clean(key, _LONGEST_PROBLEM) for key in keys)
