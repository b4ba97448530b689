"""The vault: what was sealed comes back, and whatever was touched does not."""

import pickle
import re
import resource
import subprocess
import sys
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colter.config.vault import base64url, vault
from colter.config.vault import header as vault_header
from colter.config.vault.password_policy import advice
from colter.config.vault.vault import SealedValueError, VaultAltered, VaultDamaged, WrongPassword
from colter.core.errors import ColterError, ExitCode, LockedError, UsageError, VaultError
from colter.core.secret import Secret
from tests.vault.cheap_vault import LOWEST

PASSWORD = Secret("correct horse battery staple")
CANARY = "canary-7f3a9c1e"
PATH = ("influxdb", "token")
AUDIENCE = "http://influx.example.com:8086"
CHEAP = vault._lock(b"k" * 32, "A" * 22, PASSWORD, LOWEST)
SEALED = CHEAP.seal(PATH, AUDIENCE, Secret(CANARY))


def with_checksum(body: str) -> str:
    return f"{body}:{zlib.crc32(body.encode()):08x}"


def flipped(text: str, position: int) -> str:
    other = "A" if text[position] != "A" else "B"
    return text[:position] + other + text[position + 1 :]


def test_a_new_vault_opens_with_its_password_and_gives_back_what_was_sealed() -> None:
    made = vault.create(PASSWORD)
    sealed = made.seal(PATH, AUDIENCE, Secret(CANARY))
    opened = vault.open_vault(made.header, PASSWORD)
    assert opened.open(PATH, AUDIENCE, sealed) == Secret(CANARY)
    assert ":argon2id:m=65536,t=3,p=4:" in made.header
    assert re.fullmatch(r"colter-vault:v1:[!-~]+", made.header)


def test_a_new_password_makes_a_cheap_vault_as_costly_as_new_ones() -> None:
    changed = vault.change_password(CHEAP, Secret("another horse, same barn"))
    assert ":m=65536,t=3,p=4:" in changed.header


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    assert CHEAP.open(PATH, AUDIENCE, CHEAP.seal(PATH, AUDIENCE, Secret(text))) == Secret(text)


def test_the_length_of_a_secret_shows_only_in_steps_of_sixteen() -> None:
    lengths = {len(CHEAP.seal(PATH, AUDIENCE, Secret("x" * length))) for length in range(32, 48)}
    assert len(lengths) == 1


def test_sealing_twice_gives_two_texts() -> None:
    assert CHEAP.seal(PATH, AUDIENCE, Secret(CANARY)) != SEALED


def test_every_changed_character_of_a_sealed_value_is_detected() -> None:
    for position in range(len(SEALED)):
        with pytest.raises(SealedValueError, match=r"influxdb\.token") as caught:
            CHEAP.open(PATH, AUDIENCE, flipped(SEALED, position))
        assert CANARY not in repr(caught.value)


def test_every_flipped_bit_of_a_sealed_value_is_detected() -> None:
    raw = base64url.decode(SEALED.removeprefix("enc:v1:"))
    for position in range(len(raw) * 8):
        touched = bytearray(raw)
        touched[position // 8] ^= 1 << position % 8
        with pytest.raises(SealedValueError):
            CHEAP.open(PATH, AUDIENCE, "enc:v1:" + base64url.encode(bytes(touched)))


@pytest.mark.parametrize(
    "sealed",
    ["", "enc:v1:", "enc:v1:AAAA", "enc:v1:ä", "enc:v2:AAAA", SEALED[:-4], SEALED + "AAAA"],
    ids=["nothing", "empty", "short", "no base64", "newer", "cut", "longer"],  # the same in every test process
)
def test_a_cut_or_foreign_value_is_refused(sealed: str) -> None:
    with pytest.raises(SealedValueError):
        CHEAP.open(PATH, AUDIENCE, sealed)


@pytest.mark.parametrize(
    ("path", "audience"),
    [
        (("github", "token"), AUDIENCE),
        (PATH, "http://influx.example.com:8087"),
        (PATH, "https://influx.example.com:8086"),
        (PATH, "http://evil.example.net:8086"),
        (PATH, ""),
        (("influxdb",), "token" + AUDIENCE),
        (("influxdb.token",), AUDIENCE),
        ((*PATH, AUDIENCE), ""),
    ],
)
def test_a_value_that_was_moved_or_whose_destination_was_edited_is_refused(path: Sequence[str], audience: str) -> None:
    with pytest.raises(SealedValueError) as caught:
        CHEAP.open(path, audience, SEALED)
    assert caught.value.exit_code == ExitCode.CONFIG
    assert f"colter config reseal {'.'.join(path)}" in str(caught.value.hint)


def test_paths_that_join_to_the_same_text_are_different_places() -> None:
    one = CHEAP.seal(("a", "b:c"), AUDIENCE, Secret(CANARY))
    with pytest.raises(SealedValueError):
        CHEAP.open(("a:b", "c"), AUDIENCE, one)


def test_values_of_two_fields_cannot_be_swapped() -> None:
    other = CHEAP.seal(("github", "token"), AUDIENCE, Secret("other"))
    with pytest.raises(SealedValueError):
        CHEAP.open(PATH, AUDIENCE, other)


def test_a_value_of_another_vault_is_refused_even_with_the_same_data_key() -> None:
    stranger = vault._lock(b"k" * 32, "B" * 22, PASSWORD, LOWEST)
    with pytest.raises(SealedValueError):
        stranger.open(PATH, AUDIENCE, SEALED)


def test_every_changed_character_of_the_header_is_damage_that_costs_no_password_try() -> None:
    for position in range(len(CHEAP.header)):
        with pytest.raises(VaultDamaged):
            vault.open_vault(flipped(CHEAP.header, position), PASSWORD)


def test_every_changed_character_of_the_header_is_detected_although_the_checksum_was_forged() -> None:
    body = CHEAP.header.rpartition(":")[0]
    seen = set()
    for position in range(len(body)):
        with pytest.raises((VaultDamaged, WrongPassword, VaultAltered)) as caught:
            vault.open_vault(with_checksum(flipped(body, position)), PASSWORD)
        seen.add(type(caught.value))
    assert seen == {VaultDamaged, WrongPassword, VaultAltered}


def test_a_swapped_vault_id_is_told_apart_from_a_wrong_password() -> None:
    altered = with_checksum(CHEAP.header.rpartition(":")[0].replace("A" * 22, "B" * 21 + "A"))
    with pytest.raises(VaultAltered) as caught:
        vault.open_vault(altered, PASSWORD)
    assert caught.value.exit_code == ExitCode.CONFIG


def test_a_wrong_password_is_told_as_that() -> None:
    with pytest.raises(WrongPassword) as caught:
        vault.open_vault(CHEAP.header, Secret("not the right one"))
    assert caught.value.exit_code == ExitCode.LOCKED


@pytest.mark.parametrize(
    "cost",
    [
        "m=1048577,t=3,p=4",
        "m=4194304,t=3,p=4",
        "m=999999999,t=3,p=4",
        "m=19455,t=3,p=4",
        "m=8,t=3,p=1",
        "m=65536,t=1,p=4",
        "m=65536,t=11,p=4",
        "m=65536,t=3,p=17",
        "m=65536,t=3,p=0",
        "m=065536,t=3,p=4",
        "m=-1,t=3,p=4",
        "m=65536,t=3,p=4,x=1",
        "m=" + "9" * 300 + ",t=3,p=4",
        "m=\u0666\u0665\u0665\u0663\u0666,t=3,p=4",
    ],
)
def test_a_cost_beyond_the_limits_is_refused_before_memory_is_taken(cost: str) -> None:
    body = CHEAP.header.rpartition(":")[0].replace("m=19456,t=2,p=1", cost)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(VaultDamaged):
        vault.open_vault(with_checksum(body), PASSWORD)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 * 1024


@pytest.mark.parametrize(
    "text", ["", ":", "colter-vault:v1:", "x" * 1_000_000, "colter-vault:v1:\udc80", "\0:00000000"]
)
def test_what_is_no_header_at_all_is_damaged(text: str) -> None:
    with pytest.raises(VaultDamaged):
        vault.open_vault(text, PASSWORD)


def test_a_header_of_a_newer_version_says_so() -> None:
    newer = with_checksum(CHEAP.header.rpartition(":")[0].replace(":v1:", ":v2:"))
    with pytest.raises(VaultDamaged, match="newer"):
        vault_header.parse_header(newer)


def test_too_little_memory_is_told_as_that() -> None:
    greedy = with_checksum(CHEAP.header.rpartition(":")[0].replace("m=19456", "m=1048576"))
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n"
        "from colter.config.vault.vault import open_vault; from colter.core.secret import Secret\n"
        "from colter.core.errors import VaultError\n"
        "try: open_vault(sys.argv[1], Secret('correct horse battery'))\n"
        "except VaultError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, greedy], capture_output=True, text=True, check=True)
    assert done.stdout == "unlocking needs 1024 MiB of memory, and there is not that much\n"


def test_a_new_password_keeps_sealed_values_and_shuts_the_old_one_out() -> None:
    new = Secret("a new password, longer")
    changed = vault.change_password(CHEAP, new)
    assert vault.open_vault(changed.header, new).open(PATH, AUDIENCE, SEALED) == Secret(CANARY)
    assert changed.vault_id == CHEAP.vault_id
    with pytest.raises(WrongPassword):
        vault.open_vault(changed.header, PASSWORD)


def test_the_same_password_typed_on_two_keyboards_opens() -> None:
    composed, decomposed = "p\u00e4ssw\u00f6rd-2026", "pa\u0308sswo\u0308rd-2026"
    made = vault._lock(b"k" * 32, "A" * 22, Secret(composed), LOWEST)
    assert vault.open_vault(made.header, Secret(decomposed)).vault_id == made.vault_id


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("", LockedError),
        ("elevenchars", UsageError),
        ("\u00e9" * 11, UsageError),
        ("e\u0301" * 11, UsageError),
        ("x" * 1025, LockedError),
        ("twelve chars\udc80", LockedError),
    ],
)
def test_a_password_that_cannot_be_used_is_refused(password: str, error: type[ColterError]) -> None:
    with pytest.raises(error) as caught:
        vault.create(Secret(password))
    assert not password or password not in str(caught.value)


def test_a_short_password_gets_advice_and_a_long_one_none() -> None:
    assert "15" in str(advice(Secret("fourteen chars")))
    assert advice(Secret("fifteen chars !")) is None


def test_an_open_vault_shows_neither_its_keys_nor_goes_into_a_pickle() -> None:
    assert repr(CHEAP) == f"OpenVault({CHEAP.vault_id})"
    with pytest.raises(TypeError):
        pickle.dumps(CHEAP)


def test_a_secret_that_is_no_text_is_refused_without_showing_it() -> None:
    with pytest.raises(VaultError) as caught:
        CHEAP.seal(PATH, AUDIENCE, Secret(CANARY + "\udc80"))
    assert CANARY not in str(caught.value)


def test_a_place_from_a_stranger_cannot_paint_the_terminal() -> None:
    with pytest.raises(SealedValueError) as caught:
        CHEAP.open(("a\x1b[2J", "b"), "http://x\x1b]0;", SEALED)
    assert "\x1b" not in f"{caught.value}{caught.value.hint}"
