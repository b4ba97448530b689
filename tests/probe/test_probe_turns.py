"""Who begins when: so many of one host, and one that hangs gives way."""

from collections.abc import Generator, Sequence

import pytest

from colter.core.model import ProbeResult
from colter.sources.probe.steps import Probe, Step
from colter.sources.probe.turns import HELD_SECONDS, NEVER, Batch, Turns


def nothing() -> Generator[Step, None, ProbeResult]:
    raise AssertionError("a probe that is never advanced")
    yield


def batch(hosts: Sequence[str]) -> Batch:
    return Batch(((host, nothing()) for host in hosts), print, print)


def taken(turns: Turns, at: float = 0.0) -> list[Probe]:
    """All that begin at one moment."""
    begun = []
    while turns.any:
        if one := turns.take(at):
            begun.append(one[1])
    return begun


def test_as_many_of_a_host_begin_as_it_may_have_and_other_hosts_do_not_wait() -> None:
    turns = Turns(lambda: 2)
    turns.add(batch("aaaabab"))
    first = taken(turns)
    assert len(first) == 4  # two of a, two of b
    turns.end(first[0])
    assert len(taken(turns)) == 1
    for probe in first[1:]:
        turns.end(probe)
    assert len(taken(turns)) == 1  # b has none left, and a has had one place given back
    assert len(turns.waiting) == 1


def test_everybody_begins_once_whatever_the_order() -> None:
    turns, hosts = Turns(lambda: 3), "abacabadabacaba" * 20
    turns.add(batch(hosts))
    begun: list[Probe] = []
    while new := taken(turns):
        begun += new
        for probe in new:
            turns.end(probe)
            turns.end(probe)  # harmless twice
    assert len(set(begun)) == len(begun) == len(hosts)
    assert not turns.waiting


def test_those_that_hang_keep_nobody_waiting_for_long() -> None:
    turns = Turns(lambda: 2)
    turns.add(batch("aaaaaa"))
    assert len(taken(turns, at=10.0)) == 2
    assert turns.due == 10.0 + HELD_SECONDS
    turns.end_old(10.0 + HELD_SECONDS / 2)
    assert not taken(turns)
    turns.end_old(10.0 + HELD_SECONDS)
    assert len(taken(turns, at=11.0)) == 2
    turns.end_old(11.0 + HELD_SECONDS)
    assert len(taken(turns, at=12.0)) == 2
    assert turns.due == NEVER  # nobody waits any more


@pytest.mark.parametrize("begun", [0, 1])
def test_of_a_cancelled_batch_nobody_begins_any_more(begun: int) -> None:
    turns, given_up, other = Turns(lambda: 1), batch("aaa"), batch("a")
    turns.add(given_up)
    first = taken(turns)[:begun] if begun else []
    given_up.cancel()
    turns.add(other)
    for probe in first:
        turns.end(probe)
    rest = [one for _ in range(10) if turns.any and (one := turns.take(0.0))]
    assert [batch for batch, _ in rest] == [other]
    assert not turns.waiting
