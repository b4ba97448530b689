"""The kinds of values a configuration holds, as annotated types for its models."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema

from colter.config.schema import checks
from colter.config.schema.addresses import RECORDS, check_probe_address, check_record, check_record_name, check_server
from colter.config.schema.cron import check_cron
from colter.config.schema.destination import DEFAULT_PORTS, check_address, check_hidden_address, check_host
from colter.config.schema.headers import read_body, read_header, read_hook, read_index, read_proxy
from colter.config.schema.measures import (
    Size,
    StatusSet,
    Threshold,
    check_size_bound,
    parse_file_size,
    parse_statuses,
    parse_threshold,
)
from colter.config.schema.moments import check_moment
from colter.config.schema.secretref import SecretRef

Expanded = BeforeValidator(checks.expand_text)
"""For words of a fixed choice, which may come from the environment too."""
Text = Annotated[str, Expanded]
"""Any text, also of several lines."""
Line = Annotated[Text, AfterValidator(checks.check_line)]
"""One line of text, not empty."""
Name = Annotated[str, AfterValidator(checks.check_line), AfterValidator(checks.check_name)]
"""What an endpoint, tag, group or channel is called. No variables: sealed secrets and history are found by it."""
Duration = Annotated[
    timedelta,
    BeforeValidator(checks.read_duration),
    Expanded,
    WithJsonSchema({"type": "string", "examples": ["500ms", "2s", "15m"]}),
]
Interval = Annotated[Duration, AfterValidator(checks.check_interval)]
"""A duration of a second or more."""
Count = Annotated[int, BeforeValidator(checks.read_number), Expanded]
Port = Annotated[Count, Field(ge=1, le=65_535)]
WebAddress = Annotated[Line, AfterValidator(lambda written: check_address(written, DEFAULT_PORTS))]
"""http:// or https://, without user name and password."""
HiddenAddress = Annotated[Line, AfterValidator(check_hidden_address)]
"""The same; whoever knows it may use it, so no message repeats it."""
ProbeAddress = Annotated[Line, AfterValidator(check_probe_address)]
RecordName = Annotated[Line, AfterValidator(check_record_name)]
RecordType = Annotated[Line, AfterValidator(check_record), WithJsonSchema({"enum": list(RECORDS)})]
NameServer = Annotated[Line, AfterValidator(check_server)]
"""An IP address, and a port where it is not 53."""
Gateway = Annotated[Line, AfterValidator(checks.read_gateway)]
Listen = Annotated[Line, AfterValidator(checks.check_daemon_listen)]
"""`host:port` or `off`."""
LogFile = Annotated[Line, AfterValidator(checks.check_log_file)]
SinkFile = Annotated[Line, AfterValidator(checks.check_sink_file)]
TextFile = Annotated[Line, AfterValidator(checks.check_text_file)]
FileSize = Annotated[
    Size,
    BeforeValidator(parse_file_size),
    Expanded,
    WithJsonSchema({"anyOf": [{"type": "string", "examples": ["100MiB"]}, {"type": "integer"}]}),
]
SizeBound = Annotated[Line, AfterValidator(check_size_bound)]
HexText = Annotated[Line, AfterValidator(checks.check_hex)]
"""Bytes as hexadecimal digits."""
Host = Annotated[Line, AfterValidator(check_host)]
GitHubTarget = Annotated[Line, AfterValidator(checks.check_github_target)]
PackageName = Annotated[Line, AfterValidator(checks.check_package)]
TargetPattern = Annotated[Line, AfterValidator(checks.check_target_pattern)]
MailAddress = Annotated[Line, AfterValidator(checks.check_mail_address)]
TimeZone = Annotated[Line, AfterValidator(checks.check_time_zone)]
Cadence = Annotated[Line, AfterValidator(checks.check_cadence)]
"""A cron expression or a duration."""
Cron = Annotated[Line, AfterValidator(check_cron)]
Moment = Annotated[Line, AfterValidator(check_moment)]
"""A date and a time of day, with or without the offset from UTC."""
Pattern = Annotated[Text, AfterValidator(checks.check_pattern)]
HeaderName = Annotated[str, AfterValidator(checks.check_header_name)]
HeaderValue = Annotated[Text, AfterValidator(checks.check_header_value)]
RequestHeader = Annotated[str | SecretRef, PlainValidator(read_header), WithJsonSchema({"type": "string"})]
RequestBody = Annotated[str | SecretRef, PlainValidator(read_body), WithJsonSchema({"type": "string"})]
IndexAddress = Annotated[str | SecretRef, PlainValidator(read_index), WithJsonSchema({"type": "string"})]
"""As a WebAddress, but with a user name and password it is a secret."""
HookAddress = Annotated[str | SecretRef, PlainValidator(read_hook), WithJsonSchema({"type": "string"})]
"""Whoever knows such an address may use it: it should be sealed, and need not be."""
ProxyAddress = Annotated[str | SecretRef, PlainValidator(read_proxy), WithJsonSchema({"type": "string"})]
"""With a user name and password it is a secret."""
JsonPath = Annotated[str, AfterValidator(checks.check_json_path)]
Scalar = Annotated[Any, BeforeValidator(checks.check_scalar), Expanded]
Looks = Annotated[
    Threshold,
    BeforeValidator(parse_threshold),
    Expanded,
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "examples": ["3 of 5"]}]}),
]
_STATUS = {"anyOf": [{"type": "integer"}, {"type": "string", "examples": ["2xx", "200-204"]}]}
Statuses = Annotated[
    StatusSet,
    BeforeValidator(parse_statuses),
    Expanded,
    WithJsonSchema({"anyOf": [*_STATUS["anyOf"], {"type": "array", "items": _STATUS}]}),
]
