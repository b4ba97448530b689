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
        fields = "nodes(ids: $ids) { ...Facts }"
        data, errors = await self._ask("$ids: [ID!]!", fields, {"ids": list(ids)}, without, alone=len(ids) == 1)
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
        data, errors = await self._ask(parameters, fields, variables, without, alone=len(names) == 1)
        return [answer_about(data.get(f"r{index}"), (f"r{index}",), errors) for index in range(len(names))]

    async def of_owner(self, login: str | None, first: int, after: str | None, *, facts: bool) -> Page | None:
        """One page of an owner's repositories (None: the token's owner); None when there is no such owner.

        Without `facts` it is a light question, and the page has node ids only.
        """
        who = "viewer" if login is None else "repositoryOwner(login: $login)"
        parameters = "$first: Int!, $after: String" + ("" if login is None else ", $login: String!")
        chosen = "first: $first, after: $after, ownerAffiliations: [OWNER], orderBy: {field: NAME, direction: ASC}"
        # A denied part can take a whole repository out of the second list: the first still tells which it was.
        known = f"known: repositories({chosen}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ id }} }}"
        told = f"repositories({chosen}) {{ nodes {{ ...Facts }} }}" if facts else ""
        variables = {"first": first, "after": after, **({} if login is None else {"login": login})}
        fields = f"owner: {who} {{ {known} {told} }}"
        data, errors = await self._ask(parameters, fields, variables)
        return None if data.get("owner") is None else read_page(data["owner"], errors, after, facts=facts)

    async def issues(self, identity: str, after: str) -> Mapping[str, Any] | None:
        """A further page of a repository's issues, newest first."""
        fields = (
            "node(id: $id) { ... on Repository {"
            " newIssues: issues(first: 100, after: $after, orderBy: {field: CREATED_AT, direction: DESC})"
            " { pageInfo { hasNextPage endCursor } nodes { number title url createdAt } } } }"
        )
        variables = {"id": identity, "after": after}
        data, errors = await self._ask("$id: ID!, $after: String", fields, variables, alone=True)
        return answer_about(data.get("node"), ("node",), errors).node

    async def _ask(
        self,
        parameters: str,
        fields: str,
        variables: Mapping[str, Any],
        without: frozenset[str] = frozenset(),
        *,
        alone: bool = False,
    ) -> tuple[Mapping[str, Any], Errors]:
        """The data and the errors, after dropping what the server's schema does not know: once per host."""
        while True:
            known = [part for part in self._selections if part not in self._unknown and _key(part) not in without]
            limits = "" if _RATE_LIMIT in self._unknown else _RATE_LIMIT
            fragment = f"fragment Facts on Repository {{ {self._always} {' '.join(known)} }}"
            text = f"query({parameters}) {{ {limits} {fields} }} {fragment if '...Facts' in fields else ''}"
            body = json.dumps({"query": text, "variables": variables}, separators=(",", ":")).encode()
            reply = await self._post(body)
            data, errors = read_answer(reply)
            await self._learn_limits(reply, data, errors)
            names = unknown_fields(errors)
            unknown = {part for part in (*known, limits) for name in names if re.search(rf"\b{name}\b", part)}
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
