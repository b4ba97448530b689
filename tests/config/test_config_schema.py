"""What a configuration may say, and what is answered when it says something else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from colter.config.schema.config import Config
from colter.config.schema.keys import all_keys
from colter.config.schema.measures import Threshold
from colter.core.errors import ConfigError
from tests.config.opening import load

EXAMPLE = Path(__file__).with_name("example.yaml")


def test_the_example_of_the_design_is_a_configuration(tmp_path: Path) -> None:
    config = load(tmp_path, EXAMPLE.read_text()).config
    assert [endpoint.name for endpoint in config.endpoints] == ["example.org", "api", "gateway", "nightly backup"]
    api = config.endpoints[1]
    assert api.timeout == timedelta(seconds=2)
    assert api.down_after == Threshold(3, 3)
    assert 204 in api.expect.status
    assert 500 not in api.expect.status
    assert api.expect.json_ == {"$.status": "up", "$.queue": "< 100"}
    assert config.endpoints[3].url is None
    assert config.github.with_ == ["downloads", "issues"]
    assert config.smtp
    assert config.smtp.smtp_port == 587
    assert config.probe.latency_threshold == timedelta(seconds=1)


def test_each_secret_knows_its_place_and_the_one_destination(tmp_path: Path) -> None:
    config = load(tmp_path, EXAMPLE.read_text()).config
    assert {ref.key: ref.audience for ref in config.secrets} == {
        "github.token": "https://api.github.com:443",
        "influxdb.token": "http://influx.example.com:8086",
        "database.password": "localhost:5432/colter",
        "smtp.password": "smtp.example.com:587",
        "endpoints.api.request.auth.bearer": "https://api.example.org:443",
        "alerts.channels.chat.url": "slack",
    }


def test_a_maintenance_happens_once_or_again_and_again(tmp_path: Path) -> None:
    once, again = load(
        tmp_path,
        """
alerts:
  maintenance:
    - {from: 2026-11-01T02:00, until: 2026-11-01T01:30Z, tz: Europe/Berlin}
    - {cron: 0 2 * * SUN, duration: 90m}
""",
    ).config.alerts.maintenance
    begins = datetime(2026, 11, 1, 1, tzinfo=UTC)
    assert once.once == (begins, begins + timedelta(minutes=30))
    assert (again.cron, again.duration, again.tz) == ("0 2 * * SUN", timedelta(minutes=90), "UTC")


def test_without_rules_there_is_one_for_new_issues(tmp_path: Path) -> None:
    rules = load(tmp_path, "").config.alerts.rules
    assert [(rule.match, rule.when) for rule in rules] == [("github:*", "open_issues_new > 0")]
    assert load(tmp_path, "alerts: {rules: []}").config.alerts.rules == []


def test_a_rule_on_what_nobody_reads_is_worth_a_warning(tmp_path: Path) -> None:
    text = "{{github: {{with: [{0}]}}, alerts: {{rules: [{{match: 'github:*', when: 'ci_success == 0 for 1h'}}]}}}}"
    assert load(tmp_path, text.format("ci")).warnings == []
    [warning] = load(tmp_path, text.format("issues")).warnings
    assert warning == (
        "alerts.rules: 'ci_success == 0 for 1h': nothing that it speaks of is read: add ci to github.with"
    )
    assert load(tmp_path, "github: {with: [downloads]}").warnings == []


def test_a_secret_of_a_channel_is_bound_to_its_server_or_to_its_kind(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
alerts:
  channels:
    hook: {type: webhook, url: "https://x.example/in", secret: s, headers: {x-token: t, x-room: ops}}
    hidden: {type: webhook, url: "${HOOK}", secret: s}
    am: {type: alertmanager, url: "http://am.example:9093/am", user: me, password: p}
    phone: {type: ntfy, url: "https://ntfy.example/topic", token: t}
    any: {type: apprise, url: "tgram://t/c"}
""",
    ).config
    assert {ref.key.removeprefix("alerts.channels."): ref.audience for ref in config.secrets} == {
        "hook.secret": "https://x.example:443",
        "hook.headers.x-token": "https://x.example:443",
        "hidden.url": "webhook",
        "hidden.secret": "webhook",
        "am.password": "http://am.example:9093",
        "phone.token": "https://ntfy.example:443",
        "any.url": "apprise",
    }


@pytest.mark.parametrize(
    ("written", "encryption"),
    [
        ("", "required"),
        ("smtp_port: 465", "implicit"),
        ("smtp_port: 465, starttls: required", "required"),
        ("tls: implicit", "implicit"),
        ("starttls: opportunistic, username: u", "opportunistic"),
        ("smtp_port: 25, starttls: never", "never"),
    ],
)
def test_how_mail_is_encrypted_follows_from_three_keys(tmp_path: Path, written: str, encryption: str) -> None:
    smtp = load(tmp_path, f"smtp: {{smtp_server: x, sender: a@b, recipient: a@b, {written}}}").config.smtp
    assert smtp is not None
    assert smtp.encryption == encryption


def test_an_empty_file_and_empty_sections_are_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, "").config == Config()
    assert load(tmp_path, "smtp:\npypi:\nendpoints:\n").config == Config()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gihub: {}", "1:1: gihub: unknown key; did you mean 'github'?"),
        ("probe:\n  timeot: 2s", "2:3: probe.timeot: unknown key; did you mean 'timeout'?"),
        (
            "endpoints:\n- {name: a, url: 'tcp://x:1', expcet: {}}",
            "endpoints.a.expcet: unknown key; did you mean 'expect'",
        ),
        ("alerts: {channels: {a: {type: slack, ulr: x}}}", "unknown key; did you mean 'url'?"),
        ("probe: {timeout: 2}", "1:18: probe.timeout: expected a duration such as 500ms, 2s, 15m or 1h30m, got '2'"),
        ("probe: {timeout: 0s}", "expected more than nothing"),
        ("probe: {timeout: 9999w}", "at most ten years"),
        ("probe: {timeout: 999999999w}", "expected a shorter duration"),
        ("probe: {timeout: true}", "or 1h30m, got 'true'"),
        ("probe: {down_after: true}", "got 'true'"),
        ("github: {targets: [true]}", "expected text, got true; put it in quotes"),
        ("log: {level: false}", "'warning' or 'error', got false"),
        ("endpoints: [{name: a, url: 'http://x', expect: {status: [true]}}]", "200-204, got 'true'"),
        ("file: {path: a.csv, max_size: true}", "1MB, got 'true'"),
        ("alerts: {channels: {a: {type: true}}}", "'apprise', got 'true'"),
        ("probe: {down_after: 5 of 3}", "expected a number of looks such as 3, or '3 of 5'"),
        ("probe: {confirm: 11}", "expected 10 or less, got 11"),
        ("probe: {confirm: true}", "expected a whole number, got true"),
        ("pypi: {packages: requests}", "1:18: pypi.packages: expected a list, such as [a, b], got 'requests'"),
        ("pypi: {packages: [1.5]}", "pypi.packages.0: expected text, got 1.5; put it in quotes"),
        ("pypi: {packages: ['../x']}", "expected the name of a package"),
        ("pypi: [a]", "expected a section with keys, got a list"),
        ("github: {targets: [flask]}", "expected owner/name"),
        ("github: {targets: [pallets/..]}", "expected owner/name"),
        ("github: {with: [stars]}", "expected 'downloads', 'issues', 'traffic', 'ci' or 'security', got 'stars'"),
        ("github: {token: 12345}", "expected a secret as text; put it in quotes"),
        ("github: {token: ''}", "expected a secret of 1 to"),
        ('github: {token: "a\\nb"}', "may not hold line breaks"),
        ("endpoints: ['ftp://x']", "or ws:// or wss://, got 'ftp://x'"),
        ("endpoints: ['https://x:99999']", "expected a port between 1 and 65535"),
        ("endpoints: ['tcp://x']", "expected a port between 1 and 65535"),
        ("endpoints: ['http://x:0']", "expected a port between 1 and 65535"),
        ("endpoints: ['https://']", "expected a host name or IP address"),
        ("endpoints: ['https://a b']", "without blanks"),
        ("endpoints: ['https://[::1']", "cannot be read"),
        ("endpoints: ['http://xn--a']", "no possible host name"),
        ("endpoints: ['https://-x']", "expected a host name or IP address"),
        ("endpoints: [{name: a}]", "endpoints.a: expected one of url, dns and heartbeat"),
        ("endpoints: [{name: '@a', url: 'tcp://x:1'}]", "does not begin with @"),
        ("endpoints: ['https://a', 'https://a']", "endpoints.a: the name 'a' is taken twice"),
        ("state: {keep: {results: 7d}}", "state.keep.results: expected more than outbox.max_age (7d), or null"),
        (
            "state: {keep: {readings: 3d}}\noutbox: {max_age: 5d}",
            "state.keep.readings: expected more than outbox.max_age (5d), or null",
        ),
        ("outbox: {max_age: 30d}", "outbox.max_age: expected less than state.keep.results (30d)"),
        ("state: {keep: {hours: never}}", "expected a duration such as"),
        ("endpoints: [{name: a, url: 'tcp://x:1', needs: [b]}]", "no endpoint is called 'b'; known are a"),
        ("endpoints: [{name: a, url: 'tcp://x:1', needs: [a]}]", "it needs itself"),
        ("endpoints: [{name: a, url: 'tcp://x:1', down_after: 1, alert_threshold: 1}]", "another name of down_after"),
        ("endpoints: [{name: a, url: 'http://x', expect: {status: [2yy]}}]", "expected a status such as 200, 2xx"),
        ("endpoints: [{name: a, url: 'http://x', expect: {body: {matches: '('}}}]", "expected a regular expression"),
        ("endpoints: [{name: a, url: 'http://x', expect: {json: {status: 1}}}]", "expected a place such as $.status"),
        ("endpoints: [{name: a, url: 'http://x', expect: {json: {$.a: [1]}}}]", "expected a text, a number, true"),
        (
            "endpoints: [{name: a, url: 'http://x', request: {headers: {'a b': c}}}]",
            "expected the name of a header such as accept",
        ),
        ("endpoints: [{name: a, url: 'http://x', request: {headers: {a: é}}}]", "printable ASCII"),
        ('endpoints: [{name: a, url: "http://x", request: {headers: {a: "b\\r\\nc: d"}}}]', "on one line|U+000D"),
        ("endpoints: [{name: a, url: 'http://x', request: {auth: {}}}]", "expected one of bearer, basic and oauth2"),
        ("endpoints: [{name: a, heartbeat: {every: '61 * * * *'}}]", "expected a minute between 0 and 59"),
        ("endpoints: [{name: a, heartbeat: {every: 1d, tz: Mars/Base}}]", "expected a time zone"),
        ("smtp: {smtp_server: x}", "1:7: smtp.sender: is missing"),
        (
            "smtp: {smtp_server: x, sender: me, recipient: a@b}",
            "smtp.sender: expected an address such as me@example.org",
        ),
        ("database: {driver: oracle, name: x}", "expected 'postgresql', 'mysql', 'mariadb' or 'sqlite'"),
        ("database: {driver: sqlite}", "expected driver and name, or url"),
        (
            "alerts: {channels: {a: {type: fax}}}",
            "type: expected 'email', 'slack', 'webhook', 'alertmanager', 'ntfy', 'apprise', got 'fax'",
        ),
        ("alerts: {channels: {a: {}}}", "type is missing"),
        ("alerts: {channels: {a: {type: webhook, url: 'ftp://x'}}}", "expected an address beginning with http://"),
        (
            "alerts: {channels: {a: {type: alertmanager, url: 'http://x', password: p}}}",
            "expected user beside password",
        ),
        (
            "smtp: {smtp_server: x, sender: a@b, recipient: a@b, starttls: maybe}",
            "expected 'required', 'opportunistic' or",
        ),
        ("smtp: {smtp_server: x, sender: a@b, recipient: a@b, starttls: required, tls: implicit}", "not both"),
        ("smtp: {smtp_server: x, sender: a@b, recipient: a@b, starttls: never, username: u}", "nobody logs in"),
        ("alerts: {channels: {a: {type: slack}}}", "1:24: alerts.channels.a.url: is missing"),
        ("alerts: {channels: {a: {type: email}}}", "needs the section smtp"),
        ("alerts: {routes: [{notify: [a]}]}", "no channel is called 'a'; there are none"),
        ("alerts: {rules: [{match: 'gitlab:*', when: 'stars > 1'}]}", "expected a target such as"),
        ("alerts: {rules: [{match: 'probe:*', when: 'up == 0'}]}", "expected a target such as 'github:*'"),
        ("alerts: {rules: [{match: 'pypi:*', when: 'downloads_day <'}]}", "expected a condition such as"),
        (
            "alerts: {rules: [{match: 'pypi:*', when: 'yank'}]}",
            "rules.0.when: 'yank' is not known here; did you mean 'y",
        ),
        (
            "alerts: {rules: [{match: 'pypi:*', when: 'stars > 1'}]}",
            "1:42: alerts.rules.0.when: 'stars' is not known here",
        ),
        ("alerts: {rules: [{match: 'github:*', when: 'releases_new > 0 for 1h'}]}", "leave out 'for'"),
        ("alerts: {routes: [{match: {state: up}, notify: [a]}]}", "expected 'down' or 'degraded', got 'up'"),
        (
            "alerts: {channels: {a: {type: slack, url: 'https://x', fallback: b}}}",
            "a.fallback: no channel is called 'b'",
        ),
        (
            "alerts: {channels: {a: {type: slack, url: 'https://x', fallback: a}}}",
            "a.fallback: it falls back on itself",
        ),
        (
            (
                "alerts: {channels: {a: {type: slack, url: 'https://x', fallback: b}, "
                "b: {type: slack, url: 'https://x', fallback: a}}}"
            ),
            "b.fallback: it falls back on itself",
        ),
        ("alerts: {maintenance: [{}]}", "expected cron and duration, or from and until"),
        ("alerts: {maintenance: [{cron: 0 2 * * *}]}", "expected cron and duration, or from and until"),
        ("alerts: {maintenance: [{from: 2026-11-01T02:00}]}", "expected cron and duration, or from and until"),
        (
            "alerts: {maintenance: [{cron: 0 2 * * *, duration: 1h, until: 2026-11-01T02:00}]}",
            "expected cron and duration, or from and until",
        ),
        (
            "alerts: {maintenance: [{from: tomorrow, until: 2026-11-01T02:00}]}",
            "expected a time such as 2026-11-01T02:00",
        ),
        (
            "alerts: {maintenance: [{from: 2026-11-01T02:00, until: 2026-11-01T01:00Z, tz: Europe/Berlin}]}",
            "expected until to be later than from",
        ),
        ("alerts: {maintenance: [{cron: daily, duration: 1h}]}", "expected five cron fields"),
        ("daemon: {listen: '9464'}", "expected host:port such as 127.0.0.1:9464"),
        ("log: {level: loud}", "expected 'debug', 'info', 'warning' or 'error', got 'loud'"),
    ],
)
def test_what_is_wrong_is_answered_with_what_was_expected(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(tmp_path, text)
    assert any(part in str(refusal.value) for part in said.split("|"))
    assert str(refusal.value).startswith(f"{tmp_path}/config.yaml:")


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(tmp_path, "log: {level: 1}\npypi: {packages: 1}\nx: 1\ngithub: {targets: [a, b/c]}\n")
    places = [line.removeprefix(f"{tmp_path}/config.yaml:").split(": ")[0] for line in str(refusal.value).split("\n")]
    assert places == ["1:14", "2:18", "3:1", "4:20"]


@pytest.mark.parametrize(
    "text",
    [
        "github: hunter2",
        "github: {token: [hunter2]}",
        "github: {token: {hunter2: hunter2}}",
        "endpoints: [{name: a, url: 'https://me:hunter2@x'}]",
        "endpoints: [{name: a, url: 'htps://me:hunter2@x'}]",
        "endpoints: [{name: a, url: 'https://x', request: {auth: hunter2}}]",
        "database: postgresql://colter:hunter2@db/colter",
        "smtp: {smtp_server: 'me:hunter2@smtp.example.com', sender: a@b, recipient: a@b}",
        'influxdb: {url: "http://x", org: a, bucket: b, token: "hunter2\\t"}',
    ],
)
def test_a_refusal_does_not_repeat_a_likely_secret(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(tmp_path, text)
    assert "hunter2" not in str(refusal.value).replace("{hunter2", "")


def test_a_thousand_mistakes_are_not_a_thousand_lines(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\.\.\. and 900 more"):
        load(tmp_path, "pypi: {packages: [" + "1," * 1000 + "]}")


def test_of_a_file_in_which_everything_is_wrong_one_line_is_enough(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="1:1: 100,001 values are wrong: this is no configuration of Colter"):
        load(tmp_path, f"endpoints: [{'1,' * 100_001}]")


def test_among_thousands_of_names_the_nearest_is_not_looked_for(tmp_path: Path) -> None:
    listed = ", ".join(f"{{name: e{number}, url: 'tcp://a:1', needs: [x{number}]}}" for number in range(3_000))
    with pytest.raises(ConfigError, match=r"no endpoint is called 'x0'; none of 3,000 is\n(.*\n){99}\.\.\. and more$"):
        load(tmp_path, f"endpoints: [{listed}]")


def test_every_key_is_described_and_the_schema_for_editors_has_them_all() -> None:
    undescribed = [".".join(path) for path, field in all_keys() if not field.description]
    assert undescribed == []
    schema: dict[str, Any] = Config.model_json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == {path[0] for path, _ in all_keys()}


def test_five_thousand_endpoints_keep_their_places(tmp_path: Path) -> None:
    lines = [f"  - {{name: e{number}, url: 'https://h{number}.example.org'}}" for number in range(5000)]
    lines.append("  - {name: last, url: 'https://x', timeout: 5}")
    with pytest.raises(ConfigError, match=r"config\.yaml:5002:45: endpoints\.last\.timeout"):
        load(tmp_path, "endpoints:\n" + "\n".join(lines))
