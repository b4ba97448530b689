"""One program, several databases."""

import asyncio
from pathlib import Path

from colter.core.secret import Secret
from tests.database.places import Place


def test_several_databases_may_be_made_at_once_in_one_program(tmp_path: Path) -> None:
    places = [Place("sqlite", Secret(f"sqlite:///{tmp_path / f'{number}.db'}")) for number in range(3)]

    async def story() -> None:
        sinks = [place.sink() for place in places]
        await asyncio.gather(*(sink.send([]) for sink in sinks))
        for sink in sinks:
            await sink.close()

    asyncio.run(story())
    assert [place.rounds() for place in places] == [[], [], []]
