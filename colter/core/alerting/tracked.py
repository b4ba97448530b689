"""What rules may speak of, source by source: the numbers, facts and events that its readings bring.

Sources declare their metrics themselves, but the configuration cannot see them; a test holds both together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from colter.core.alerting.rule_text import NEW, Happening, Level, parse_rule


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the readings of one source bring."""

    numbers: frozenset[str]
    """Keys of its metrics, without the splits."""
    words: frozenset[str]
    """Facts that are true or false."""
    events: Mapping[str, str]
    """Kind of event, by the names that count it."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """By number, or name that counts events: what must stand in `with:` for it to be read. All else always is."""


TRACKED: Mapping[str, Tracked] = {
    "github": Tracked(
        numbers=frozenset(
            {
                *("stars", "forks", "watchers", "owner_followers", "size_bytes"),
                *("open_issues", "open_pull_requests", "branches", "tags", "releases", "release_downloads"),
                *("last_push_timestamp", "created_timestamp", "latest_release_timestamp"),
                *("traffic_views", "traffic_unique_views", "traffic_clones", "traffic_unique_clones"),
                *("open_vulnerability_alerts", "ci_success"),
            }
        ),
        words=frozenset({"archived", "fork"}),
        events={"open_issues_new": "issue", "issues_new": "issue", "renamed_new": "renamed"},
        chosen={
            **dict.fromkeys(("open_issues_new", "issues_new"), "issues"),
            **dict.fromkeys(
                ("traffic_views", "traffic_unique_views", "traffic_clones", "traffic_unique_clones"), "traffic"
            ),
            "release_downloads": "downloads",
            "open_vulnerability_alerts": "security",
            "ci_success": "ci",
        },
    ),
    "pypi": Tracked(
        numbers=frozenset(
            {
                *("downloads_day", "downloads_week", "downloads_month", "downloads_180d", "downloads_tracked_total"),
                *("downloads_python_major", "downloads_python_minor", "downloads_system"),
                *("data_timestamp", "releases", "latest_release_timestamp", "vulnerabilities"),
            }
        ),
        words=frozenset({"yanked"}),
        events={"releases_new": "release", "yanked_new": "yanked"},
    ),
}
"""By source."""


def read_rule(text: str, source: str) -> Level | Happening:
    """A rule on targets of this source; ValueError when it is none, or there is nothing that it speaks of."""
    tracked = TRACKED[source]
    return parse_rule(text, tracked.numbers, tracked.words, tracked.events)


def must_be_chosen(rule: Level | Happening, source: str) -> str | None:
    """What must stand in `with:` for this rule ever to hold."""
    chosen, name = TRACKED[source].chosen, rule.condition.name
    return chosen.get(name) or chosen.get(name.removesuffix(NEW))
