"""Several machines write into one database at the same time."""

import os
import subprocess
import sys

from tests.database.places import Place

MACHINES = 4
ROUNDS = 4
ENDPOINTS = 40

# Half of the endpoints belong to this machine, the others are looked at by all; now and then it sends something again.
WRITES = """
import asyncio, os, sys
from dataclasses import replace
from colter.core.errors import Answer, DeliveryError
from colter.core.secret import Secret
from colter.sinks.database import Database, address
from tests.database.test_database_writers import ENDPOINTS, ROUNDS
from tests.store.making import STARS, answer, done, look

me = sys.argv[1]

def round_of(number):
    names = [f"{me} {n}" if n % 2 else f"shared {n}" for n in range(ENDPOINTS)]
    seen = [answer(number, endpoint=name) for name in names]
    repositories = [look(number, f"a/{me}", values={STARS: number}), look(number, "a/shared", identity="R_1")]
    return replace(done(f"{me}-{number}", *repositories, *seen, minutes=number), machine=me)

async def main():
    sink = Database(address(Secret(os.environ["PLACE"])))
    rounds = [round_of(number) for number in range(ROUNDS)]
    for number in range(ROUNDS):
        again = rounds[max(0, number - 2) : number + 1]
        await send(sink, [entry for done in again for entry in done.entries])
    await sink.close()

async def send(sink, entries):
    for _ in range(9):
        try:
            return await sink.send(entries)
        except DeliveryError as error:
            if error.answer is not Answer.RETRY:
                raise
    sys.exit("never came to its turn")

asyncio.run(main())
"""


def test_machines_that_write_at_once_lose_and_double_nothing(new_place: Place) -> None:
    environment = {**os.environ, "PLACE": new_place.secret.reveal()}
    machines = [
        subprocess.Popen([sys.executable, "-c", WRITES, f"machine {number}"], env=environment)
        for number in range(MACHINES)
    ]
    assert [machine.wait(timeout=300) for machine in machines] == [0] * MACHINES
    found = new_place.rounds()
    assert len(found) == MACHINES * ROUNDS
    for done in found:
        assert (len(done.readings), len(done.results)) == (2, ENDPOINTS)
        assert {result.endpoint.rpartition(" ")[0] for result in done.results} == {"shared", done.machine}
    endpoints = ENDPOINTS // 2 * (MACHINES + 1)
    assert len(new_place.rows("SELECT DISTINCT endpoint FROM endpoint_status")) == endpoints
    assert len(new_place.rows("SELECT id FROM target WHERE source = 'probe'")) == endpoints
    assert len(new_place.rows("SELECT id FROM target WHERE source = 'github'")) == MACHINES + 1
    shared = new_place.rows("SELECT machine FROM repository_metrics WHERE repository = 'a/shared'")
    assert len(shared) == MACHINES * ROUNDS
