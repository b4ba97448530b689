"""What `colter config init` asks, section by section, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One key of a section."""

    key: str
    prompt: str
    default: str = ""
    """What an empty answer means; nothing: the key is left out."""
    hidden: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """One section."""

    section: str
    offer: str
    questions: tuple[Question, ...]


TOPICS = (
    Topic(
        "github",
        "Track GitHub repositories?",
        (
            Question("token", "Access token (empty: public repositories only)", hidden=True),
            Question("targets", "Repositories, with commas: owner/name or owner/* (empty: your own)"),
        ),
    ),
    Topic("pypi", "Track PyPI packages?", (Question("packages", "Packages, with commas", required=True),)),
    Topic("endpoints", "Probe endpoints?", (Question("", "Addresses, with commas", required=True),)),
    Topic(
        "influxdb",
        "Write to InfluxDB?",
        (
            Question("url", "Address", "http://localhost:8086"),
            Question("org", "Organisation", "MONITOR"),
            Question("bucket", "Bucket", "ProjectTracker"),
            Question("token", "API token", hidden=True),
        ),
    ),
    Topic(
        "prometheus",
        "Push to a Prometheus Pushgateway?",
        (
            Question("gateway", "Address", "http://localhost:9091"),
            Question("job", "Job", "ProjectTracker"),
        ),
    ),
    Topic(
        "smtp",
        "Send mail?",
        (
            Question("smtp_server", "Mail server", required=True),
            Question("smtp_port", "Port", "587"),
            Question("username", "User name (empty: none)"),
            Question("password", "Password (empty: none)", hidden=True),
            Question("sender", "From", required=True),
            Question("recipient", "To", required=True),
        ),
    ),
)
