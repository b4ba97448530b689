"""Which sources, sinks and channels there are, and what each is made from. A new one is one line and one function."""

from colter.app.registry.channels import CHANNELS, check_channel, make_notifier
from colter.app.registry.metrics import catalogue
from colter.app.registry.parts import Parts
from colter.app.registry.sinks import SINKS, SinkName, check_sinks, configured_sinks, make_sink
from colter.app.registry.sources import SOURCES, SourceName, TrackPlan, configured_sources, make_source

__all__ = [
    "CHANNELS",
    "SINKS",
    "SOURCES",
    "Parts",
    "SinkName",
    "SourceName",
    "TrackPlan",
    "catalogue",
    "check_channel",
    "check_sinks",
    "configured_sinks",
    "configured_sources",
    "make_notifier",
    "make_sink",
    "make_source",
]
