"""A small GraphQL: reads a query and answers it from plain data, field by field; unknown fields are refused."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|\.\.\.|-?\d+|\$?\w+|[{}()\[\]:!=@|]')


class QueryError(Exception):
    """The query asks for what is not there, or is no query."""


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str


@dataclass(frozen=True, slots=True)
class _Field:
    """`alias: name(arguments) { selections }`."""

    alias: str
    name: str
    arguments: Mapping[str, Any]
    selections: Sequence["_Selection"]


@dataclass(frozen=True, slots=True)
class _Fragment:
    """`... on Type { selections }`, or `...Name` with the name in `spread`."""

    spread: str = ""
    on: str = ""
    selections: Sequence["_Selection"] = ()


_Selection = _Field | _Fragment

Fields = Mapping[str, Any]
"""What an object answers: a value, or a function of the arguments, by field name. `__typename` is always there."""


def answer(query: str, variables: Mapping[str, Any], root: Fields) -> dict[str, Any]:
    """The `data` of the answer.

    Raises:
        QueryError: the query is malformed, or asks for a field that its object does not have.
    """
    operation, fragments = _Reader(query).document()
    return _Answerer(variables, fragments).fields(operation, root)


@dataclass(frozen=True, slots=True)
class _Answerer:
    variables: Mapping[str, Any]
    fragments: Mapping[str, _Fragment]

    def fields(self, selections: Sequence[_Selection], found: Fields) -> dict[str, Any]:
        """The chosen fields of one object."""
        merged: dict[str, _Field] = {}
        for field in self._chosen(selections, found["__typename"]):
            seen = merged.get(field.alias)
            merged[field.alias] = replace(field, selections=[*seen.selections, *field.selections]) if seen else field
        return {alias: self._value(field.selections, self._resolve(field, found)) for alias, field in merged.items()}

    def _chosen(self, selections: Sequence[_Selection], kind: str) -> Iterator[_Field]:
        for selection in selections:
            if isinstance(selection, _Field):
                yield selection
                continue
            if selection.spread and selection.spread not in self.fragments:
                raise QueryError(f"Fragment {selection.spread} was used, but not defined")
            fragment = self.fragments[selection.spread] if selection.spread else selection
            if fragment.on in ("", kind):
                yield from self._chosen(fragment.selections, kind)

    def _resolve(self, field: _Field, found: Fields) -> Any:
        if field.name not in found:
            raise QueryError(f"Field '{field.name}' doesn't exist on type '{found['__typename']}'")
        value = found[field.name]
        return value(self._filled(field.arguments)) if callable(value) else value

    def _value(self, selections: Sequence[_Selection], value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(selections, item) for item in value]
        return self.fields(selections, value) if selections and value is not None else value

    def _filled(self, written: Any) -> Any:
        if isinstance(written, _Variable):
            return self.variables.get(written.name)
        if isinstance(written, dict):
            return {name: self._filled(value) for name, value in written.items()}
        return [self._filled(value) for value in written] if isinstance(written, list) else written


class _Reader:
    """One pass over the tokens of a document with one query."""

    def __init__(self, text: str) -> None:
        found: list[str] = _TOKEN.findall(text)
        self._tokens = [*(token for token in found if not token.startswith("#")), ""]
        self._place = 0

    def document(self) -> tuple[Sequence[_Selection], dict[str, _Fragment]]:
        """The selections of the query, and the fragments by name."""
        query: Sequence[_Selection] = ()
        fragments: dict[str, _Fragment] = {}
        while self._next:
            if self._taken("fragment"):
                name = self._take()
                self._expect("on")
                fragments[name] = _Fragment(on=self._take(), selections=self._selections())
                continue
            while self._next not in ("{", ""):  # `query Name($of: Type!)`; types are not checked
                self._take()
            query = self._selections()
        if not query:
            raise QueryError("A query attribute must be specified and must be a string.")
        return query, fragments

    def _selections(self) -> list[_Selection]:
        self._expect("{")
        found: list[_Selection] = []
        while not self._taken("}"):
            found.append(self._fragment() if self._taken("...") else self._field())
        return found

    def _fragment(self) -> _Fragment:
        if self._taken("on"):
            return _Fragment(on=self._take(), selections=self._selections())
        if self._next == "{":
            return _Fragment(selections=self._selections())
        return _Fragment(spread=self._take())

    def _field(self) -> _Field:
        name = alias = self._take()
        if self._taken(":"):
            name = self._take()
        arguments = self._pairs(")") if self._taken("(") else {}
        return _Field(alias, name, arguments, self._selections() if self._next == "{" else ())

    def _pairs(self, end: str) -> dict[str, Any]:
        found = {}
        while not self._taken(end):
            name = self._take()
            self._expect(":")
            found[name] = self._argument()
        return found

    def _argument(self) -> Any:
        written = self._take()
        match written[0]:
            case "{":
                return self._pairs("}")
            case "[":
                return list(iter(self._item, None))
            case "$":
                return _Variable(written[1:])
            case '"':
                return json.loads(written)
        return _WORDS[written] if written in _WORDS else int(written) if written.lstrip("-").isdigit() else written

    def _item(self) -> Any:
        return None if self._taken("]") else self._argument()

    @property
    def _next(self) -> str:
        return self._tokens[self._place]

    def _take(self) -> str:
        token = self._next
        if not token:
            raise QueryError("Expected one of more, actual: (none)")
        self._place += 1
        return token

    def _taken(self, token: str) -> bool:
        if self._next != token:
            return False
        self._place += 1
        return True

    def _expect(self, token: str) -> None:
        if not self._taken(token):
            raise QueryError(f'Expected "{token}", actual: "{self._next}"')


_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
