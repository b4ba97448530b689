"""A sample GitHub: the GraphQL and REST answers that Colter asks for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from colter.demo.graphql import Fields, QueryError, answer
from colter.demo.repository import Sample, connection, node, repository
from colter.demo.serve import Answer, Ask, as_json

_LIMIT = 5000
_TRAFFIC_DAYS = 14


@dataclass(frozen=True, slots=True)
class SampleGitHub:
    """Answers as of `start`, to whoever brings a token. `owner` and `repositories` are as in samples.json."""

    start: datetime
    owner: Sample
    repositories: Sequence[Sample]

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request; what it does not know is a 404, as on GitHub."""
        if not ask.headers.get("authorization"):
            return as_json({"message": "Requires authentication"}, status=401)
        found = self._graphql(json.loads(ask.body)) if ask.path == "/graphql" else self._rest(ask.path)
        status = 404 if found is None else 200
        return as_json(found or {"message": "Not Found"}, status=status, headers=self._allowance())

    def _allowance(self) -> dict[str, str]:
        reset = int((self.start + timedelta(hours=1)).timestamp())
        numbers = {"limit": _LIMIT, "remaining": _LIMIT - 1, "used": 1, "reset": reset}
        return {f"x-ratelimit-{name}": str(number) for name, number in numbers.items()}

    def _graphql(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return {"data": answer(asked["query"], asked.get("variables") or {}, self._root())}
        except QueryError as error:
            return {"errors": [{"message": str(error)}]}

    def _root(self) -> Fields:
        login = self.owner["login"]
        owner = node("Organization", id=f"O_{login}", login=login, url=f"https://github.com/{login}")
        graphs = [repository(sample, owner, self.start) for sample in self.repositories]
        by_name = {graph["nameWithOwner"]: graph for graph in graphs}
        by_id = {graph["id"]: graph for graph in graphs}
        with_all = {**owner, "repositories": lambda _: connection("Repository", len(graphs), graphs)}
        reset = (self.start + timedelta(hours=1)).isoformat()
        return node(
            "Query",
            rateLimit=node("RateLimit", cost=1, limit=_LIMIT, nodeCount=1, remaining=_LIMIT - 1, used=1, resetAt=reset),
            viewer=with_all,
            repositoryOwner=lambda given: with_all if given["login"] == login else None,
            repository=lambda given: by_name.get(f"{given['owner']}/{given['name']}"),
            nodes=lambda given: [by_id.get(each) for each in given["ids"]],
            node=lambda given: by_id.get(given["id"]),
        )

    def _rest(self, path: str) -> Any:
        if path == f"/users/{self.owner['login']}":
            return {**self.owner, "type": "Organization"}
        for sample in self.repositories:
            for kind, count in sample["traffic"].items():
                if path == f"/repos/{sample['name']}/traffic/{kind}":
                    return self._traffic(kind, count)
        return None

    def _traffic(self, kind: str, count: int) -> Mapping[str, Any]:
        """The last 14 days, today included, oldest first."""
        today = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        days = [
            {"timestamp": (today - timedelta(days=back)).isoformat(), "count": count + back, "uniques": count // 2}
            for back in reversed(range(_TRAFFIC_DAYS))
        ]
        return {"count": sum(count + back for back in range(_TRAFFIC_DAYS)), "uniques": count, kind: days}
