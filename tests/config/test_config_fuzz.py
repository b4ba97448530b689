"""Thousands of broken configurations: an answer for each, never a traceback, never a wait.

Any failure names the seed that shows it again.
"""

import random
import time
from pathlib import Path

from colter.config.settings import make_settings
from colter.config.yaml.document import parse_document
from colter.config.yaml.scalars import write_block
from colter.core.errors import ConfigError
from tests.config.opening import locked
from tests.full import FULL

EXAMPLE = Path(__file__).with_name("example.yaml").read_bytes()
COUNT = 10_000 if FULL else 2_500
PIECES = [
    *(bytes([value]) for value in b"\x00\x09\x0a\x0d\x1b\x7f\x85\xc2\xe2\xff{}[]:,-?&*!|>%@`\"'#~ $"),
    *(
        b"&a ",
        b"*a",
        b"!!python/name:os.system ",
        b"<<: ",
        b"---\n",
        b"...\n",
        b"? ",
        b": ",
        b"- ",
        b"[" * 50,
        b"{a: " * 50,
    ),
    *(b"${", b"${X}", b"${X:-y}", b"$${", b".inf", b".nan", b"1e999", b"-0", b"0x", b"9" * 400, b"null", b"~", b"true"),
    *(
        b"\xef\xbb\xbf",
        "\u2028".encode(),
        "\u202e".encode(),
        "\U0001f600".encode(),
        b'"\\ud800"',
        b'"\\x00"',
        b"\r\n",
        b"\t",
    ),
    *(
        b"http://[::1",
        b"http://x:99999",
        b"https://xn--a",
        b"tcp://",
        b"a@b",
        b"enc:v1:",
        b"5 of 3",
        b"99999999w",
        b"(" * 30,
    ),
]
PLAIN: list[object] = [
    None,
    True,
    0,
    -1,
    10**17,
    1.5,
    "",
    "x" * 3000,
    "a\nb",
    "\u202e",
    [],
    {},
    [[]],
    [None],
    {"a": None},
    {"": 1},
]


def mutate(source: bytes, chance: random.Random) -> bytes:
    """A few wrong bytes, pieces, and moved or doubled parts."""
    content = bytearray(source)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(content) + 1)
        stop = min(len(content), start + chance.choice((0, 0, 1, 4, 40)))
        part = bytes(content[start:stop])
        other = chance.randrange(len(content) + 1)
        match chance.randrange(5):
            case 0:
                content[start:stop] = chance.choice(PIECES)
            case 1:
                del content[start:stop]
            case 2:
                content[other:other] = part * chance.randint(1, 3)
            case 3:
                content[start:stop] = bytes([chance.randrange(256)])
            case _:
                content[start:start] = chance.choice(PIECES)
    return bytes(content)


def replace_somewhere(data: object, chance: random.Random) -> object:
    """The same configuration with one value of another kind somewhere in it."""
    if isinstance(data, dict) and data and chance.random() < 0.85:
        key = chance.choice(list(data))
        return {**data, key: replace_somewhere(data[key], chance)}
    if isinstance(data, list) and data and chance.random() < 0.85:
        place = chance.randrange(len(data))
        return [*data[:place], replace_somewhere(data[place], chance), *data[place + 1 :]]
    return chance.choice(PLAIN)


def answer(content: bytes) -> None:
    try:
        make_settings(parse_document(content, "f.yaml"), {}, locked)
    except ConfigError as error:
        for line in str(error).split("\n"):
            assert line.startswith(("f.yaml:", "... and ")), line
            assert line.isprintable(), line


def test_no_broken_file_brings_a_traceback_or_a_wait() -> None:
    example = parse_document(EXAMPLE, "example").data
    for seed in range(COUNT):
        chance = random.Random(seed)
        if seed % 3:
            content = mutate(EXAMPLE, chance)
        else:
            changed = replace_somewhere(example, chance)
            content = "\n".join(write_block(changed if isinstance(changed, dict) else {}, 2)).encode()
        began = time.process_time()
        try:
            answer(content)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
        assert time.process_time() - began < 1, f"seed {seed} took more than a second"
