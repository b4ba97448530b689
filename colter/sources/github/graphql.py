"""Questions to GitHub's GraphQL API.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from colter.net.http import HttpError, Reply
from colter.sources.github.access import OK, Access, message
from colter.sources.github.answers import (
    Answer,
    BadAnswerError,
    Errors,
    Page,
    TooMuchError,
    answer_about,
    checked_data,
    limit_message,
    read_answer,
    read_page,
    unknown_fields,
)

_RATE_LIMIT = "rateLimit { limit remaining resetAt }"


class GraphQL:
    """Asks for the same selections of many repositories, `without` some where their response keys were denied before.

    Every question raises TooMuchError, BadAnswerError, HttpError, LimitedError or RefusedError.
    """

    def __init__(self, access: Access, always: str, selections: Sequence[str]) -> None:
        self._access = access
        self._always = always
        self._selections = list(selections)
        self._unknown: set[str] = set()

    def lacks(self, selection: str) -> bool:
        """Whether this server's schema was found not to have it: Enterprise Servers lag behind."""
        return selection in self._unknown

    async def by_id(self, ids: Sequence[str], without: frozenset[str] = frozenset()) -> list[Answer]:
        """Repositories by node id, which survives renames; in the order asked."""
        query = f"query($ids: [ID!]!) {{ {_RATE_LIMIT} nodes(ids: $ids) {{ ...Facts }} }}"
        data, errors = await self._ask(query, {"ids": list(ids)}, without, alone=len(ids) == 1)
        nodes = data.get("nodes")
        if not isinstance(nodes, list) or len(nodes) != len(ids):
            raise BadAnswerError("GitHub's answer has not as many repositories as were asked for")
        return [answer_about(node, ("nodes", index), errors) for index, node in enumerate(nodes)]

    async def by_name(self, names: Sequence[str], without: frozenset[str] = frozenset()) -> list[Answer]:
        """Repositories by `owner/name`, following renames; in the order asked."""
        parameters = ", ".join(f"$o{index}: String!, $n{index}: String!" for index in range(len(names)))
        fields = " ".join(
            f"r{index}: repository(owner: $o{index}, name: $n{index}) {{ ...Facts }}" for index in range(len(names))
        )
        variables = {}
        for index, name in enumerate(names):
            variables[f"o{index}"], variables[f"n{index}"] = name.split("/", 1)
        query = f"query({parameters}) {{ {_RATE_LIMIT} {fields} }}"
        data, errors = await self._ask(query, variables, without, alone=len(names) == 1)
        return [answer_about(data.get(f"r{index}"), (f"r{index}",), errors) for index in range(len(names))]

    async def of_owner(self, login: str | None, first: int, after: str | None) -> Page | None:
        """One page of an owner's repositories (None: the token's owner); None when there is no such owner."""
        who = "viewer" if login is None else "repositoryOwner(login: $login)"
        parameters = "$first: Int!, $after: String" + ("" if login is None else ", $login: String!")
        chosen = "first: $first, after: $after, ownerAffiliations: [OWNER], orderBy: {field: NAME, direction: ASC}"
        query = (
            f"query({parameters}) {{ {_RATE_LIMIT} owner: {who} {{"
            # A denied part can take a whole repository out of the second list: the first still tells which it was.
            f" known: repositories({chosen}) {{ nodes {{ id }} }}"
            f" repositories({chosen}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ ...Facts }} }} }} }}"
        )
        variables = {"first": first, "after": after, **({} if login is None else {"login": login})}
        data, errors = await self._ask(query, variables, alone=first == 1)
        return None if data.get("owner") is None else read_page(data["owner"], errors, after)

    async def issues(self, identity: str, after: str) -> Mapping[str, Any] | None:
        """A further page of a repository's open issues, newest first."""
        query = (
            f"query($id: ID!, $after: String) {{ {_RATE_LIMIT} node(id: $id) {{ ... on Repository {{"
            " newIssues: issues(first: 100, after: $after, states: OPEN, orderBy: {field: CREATED_AT, direction: DESC})"
            " { pageInfo { hasNextPage endCursor } nodes { number title url createdAt } } } } }"
        )
        data, errors = await self._ask(query, {"id": identity, "after": after}, alone=True)
        return answer_about(data.get("node"), ("node",), errors).node

    async def _ask(
        self,
        query: str,
        variables: Mapping[str, Any],
        without: frozenset[str] = frozenset(),
        *,
        alone: bool = False,
    ) -> tuple[Mapping[str, Any], Errors]:
        """The data and the errors, after dropping what the server's schema does not know: once per host."""
        while True:
            known = [part for part in self._selections if part not in self._unknown and _key(part) not in without]
            fragment = f"fragment Facts on Repository {{ {self._always} {' '.join(known)} }}"
            question = {"query": f"{query} {fragment if '...Facts' in query else ''}", "variables": variables}
            body = json.dumps(question, separators=(",", ":")).encode()
            reply = await self._post(body)
            data, errors = read_answer(reply)
            await self._learn_limits(reply, data, errors)
            unknown = {part for part in known for name in unknown_fields(errors) if re.search(rf"\b{name}\b", part)}
            if not unknown:
                return checked_data(data, errors, alone=alone), errors
            self._unknown |= unknown

    async def _learn_limits(self, reply: Reply, data: Any, errors: Errors) -> None:
        if said := next(filter(None, map(limit_message, errors)), ""):
            await self._access.limiter.note("graphql", reply, said)
        elif isinstance(data, dict) and "x-ratelimit-remaining" not in reply.headers:
            await self._access.limiter.note_body("graphql", data.get("rateLimit"))

    async def _post(self, body: bytes) -> Reply:
        try:
            reply = await self._access.post_graphql(body)
        except HttpError as error:
            if error.kind in ("timeout", "too_large"):
                raise TooMuchError(str(error)) from error
            raise
        if reply.status >= 500:  # noqa: PLR2004  502 and 504 are how GitHub ends a query of more than ten seconds
            raise TooMuchError(f"GitHub could not answer ({message(reply)})")
        if reply.status != OK:
            raise BadAnswerError(f"GitHub refuses the question ({message(reply)})")
        return reply


def _key(selection: str) -> str:
    """The key of a selection in the answer: its alias, or the name of its field."""
    return re.split(r"\W", selection, maxsplit=1)[0]
