"""The demo's GraphQL answers a query as GitHub would, and refuses what GitHub would refuse."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import build_schema, graphql_sync

from colter.demo.graphql import QueryError, answer

_SCHEMA = build_schema("""
    type Query { book(title: String!, tags: [String], by: By): Book, books(first: Int): [Book] }
    input By { name: String, born: Int }
    type Book { title: String, pages: Int, author: Author, sold(in: [Year]): Int }
    type Author { name: String, lives: Boolean }
    enum Year { Y2025 Y2026 }
""")
_AUTHOR = {"__typename": "Author", "name": "A. Sample", "lives": True}


def _book(title: str) -> dict[str, Any]:
    return {
        "__typename": "Book",
        "title": title,
        "pages": None,
        "author": _AUTHOR,
        "sold": lambda given: 10 * len(given.get("in", ())),
    }


_ROOT: Mapping[str, Any] = {
    "__typename": "Query",
    "book": lambda given: _book(f"{given['title']} {given.get('tags', '')} {given.get('by', '')}"),
    "books": lambda given: [_book("one"), None, _book("two")][: given.get("first")],
}
_QUERIES = [
    "{ books { title pages } }",
    "query { books(first: 1) { title, author { name lives } } } # a comment",
    'query Named($t: String!, $n: [String]) { a: book(title: $t, tags: $n) { title } b: book(title: "\\"") { pages } }',
    'query { book(title: "o", by: {name: "B", born: -3}) { sold(in: [Y2025, Y2026]) } }',
    "{ books { ...Both author { name } } } fragment Both on Book { title author { lives } }",
    '{ book(title: "t", tags: []) { ... on Book { title } ... { pages } } }',
    "{ books(first: null) { sold(in: [Y2025]) } }",
]


@pytest.mark.parametrize("query", _QUERIES)
def test_it_answers_as_the_reference_implementation_does(query: str) -> None:
    variables = {"t": "war", "n": ["a", "b"]} if "Named" in query else {}
    expected = graphql_sync(_SCHEMA, query, _Resolved(_ROOT), variable_values=variables)
    assert expected.errors is None
    assert answer(query, variables, _ROOT) == expected.data


@pytest.mark.parametrize(
    "query",
    [
        "{ films { title } }",
        "{ books { title director } }",
        "{ books { ...Unknown } }",
        "{ books { title }",
        "{ books(first 1) { title } }",
        "",
        "no query",
    ],
)
def test_what_the_schema_does_not_have_and_what_is_no_query_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        answer(query, {}, _ROOT)


class _Resolved(dict[str, Any]):
    """The same data for the reference implementation, which calls functions with keyword arguments."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__({name: _resolved(value) for name, value in fields.items()})


def _resolved(value: Any) -> Any:
    if callable(value):
        return lambda _, **given: _resolved(value(given))
    if isinstance(value, list):
        return [_resolved(item) for item in value]
    return _Resolved(value) if isinstance(value, dict) else value
