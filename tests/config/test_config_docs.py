"""The page about the configuration is true."""

import re

import pytest

from colter.config.schema.keys import find_place, parse_key
from colter.config.settings import make_settings
from colter.config.yaml.document import parse_document
from tests.config.opening import locked
from tests.config.reference import BEGIN, END, PAGE, table

TEXT = PAGE.read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_configuration_without_an_error(example: str) -> None:
    settings = make_settings(parse_document(example.encode(), "configuration.md"), {}, locked)
    assert settings.warnings == []


def test_the_table_is_what_the_schema_says() -> None:
    written = TEXT.partition(BEGIN)[2].partition(END)[0]
    assert written == table(), "python -m tests.config.reference writes it anew"


def test_every_key_that_is_set_in_an_example_exists() -> None:
    keys = re.findall(r"colter config (?:set|unset|reseal|get) ([a-z][\w.]+)", TEXT)
    assert keys
    for key in keys:
        find_place(parse_key(key, {}))
