"""Somebody who cannot leave a configuration alone, and is not careful."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_OTHERS = 12
_MOMENT = 0.01


class Editor:
    """Changes a file again and again; some endpoints in it are always there, and always the same."""

    def __init__(
        self, path: Path, steady: Sequence[Mapping[str, Any]], chance: random.Random, *, web: str, hook: str
    ) -> None:
        """`web` and `hook` are the addresses of servers: what is probed, and what is told."""
        self._path = path
        self._steady = list(steady)
        self._chance = chance
        self._web = web
        self._hook = hook
        self.kinds = Counter[str]()
        """How often what was done."""

    def valid(self) -> dict[str, Any]:
        """Something that can be watched, with everything at random but what is steady."""
        chance = self._chance
        others = chance.sample(range(_OTHERS), chance.randrange(_OTHERS))
        endpoints = [*self._steady, *map(self._other, others)]
        chance.shuffle(endpoints)
        channels = {"hook": {"type": "webhook", "url": f"{self._hook}/{chance.randrange(3)}"}}
        if chance.random() < 0.3:
            channels["second"] = {"type": "webhook", "url": f"{self._web}/second/{chance.randrange(3)}"}
        return {
            "probe": {"timeout": f"{chance.randrange(5, 9)}s", "online_check": [f"{self._web}/{chance.randrange(3)}"]},
            "alerts": {"channels": channels, "routes": [{"match": {}, "notify": ["hook"]}]},
            "endpoints": endpoints,
            "daemon": {"every": f"{chance.randrange(5, 50)}m"},
            "log": {"level": chance.choice(["info", "warning"])},
            "file": {"path": str(self._path.with_name(f"{chance.randrange(3)}.jsonl"))},
            "outbox": {"max_age": f"{chance.randrange(1, 9)}d"},
        }

    def edit(self) -> None:
        """Change it once more, for better or for worse."""
        text = json.dumps(self.valid(), indent=self._chance.choice([None, 1, 2]))
        how = self._chance.choice([self._replace, self._overwrite, self._half, self._cut, self._spoil, self._lose])
        self.kinds[how.__name__] += 1
        how(text)

    def settle(self, extra: Mapping[str, Any]) -> None:
        """Leave it with one more endpoint, in good order."""
        config = self.valid()
        self._replace(json.dumps({**config, "endpoints": [*config["endpoints"], extra]}))

    def _other(self, number: int) -> dict[str, Any]:
        chance = self._chance
        path = chance.choice(["fine", "fine", "broken"])
        return {
            "name": f"other {number}",
            "url": f"{self._web}/{path}/{chance.randrange(3)}",
            "interval": chance.choice(["3s", "10s", "1m"]),
            "tags": chance.sample(["a", "b", "c"], 2),
            "down_after": chance.choice([1, 3, "2 of 3"]),
        }

    def _replace(self, text: str) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(text)
        fresh.rename(self._path)

    def _overwrite(self, text: str) -> None:
        self._path.write_text(text)

    def _half(self, text: str) -> None:
        """In pieces, as a slow program writes."""
        with self._path.open("w") as file:
            for _ in range(3):
                cut = self._chance.randrange(len(text) + 1)
                file.write(text[:cut])
                file.flush()
                text = text[cut:]
                time.sleep(_MOMENT)
            file.write(text)

    def _cut(self, text: str) -> None:
        """And the rest never comes."""
        self._path.write_text(text[: self._chance.randrange(len(text) // 2)])

    def _spoil(self, text: str) -> None:
        spoilt: Sequence[Callable[[], str]] = (
            lambda: text.replace('"interval"', '"intervall"'),
            lambda: text.replace("3s", "3 parsecs").replace("2s", "-2s"),
            lambda: text.replace('"endpoints"', '"endpoints": [], "end"'),
            lambda: text + "]",
            lambda: "",
            lambda: "\x00" + text,
            lambda: text.replace('"webhook"', '"carrier pigeon"'),
        )
        self._path.write_text(self._chance.choice(spoilt)())

    def _lose(self, text: str) -> None:
        """Some editors take the file away for a moment."""
        self._path.unlink()
        time.sleep(_MOMENT)
        if self._chance.random() < 0.7:
            self._path.write_text(text)
        else:
            self._path.mkdir()
            time.sleep(_MOMENT)
            self._path.rmdir()
            self._path.write_text(text)
