"""GraphQL answers of GitHub, taken apart: one bad repository never hurts the rest."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from colter.core.text import clean
from colter.net.http import HttpError, Reply
from colter.sources.github.limiter import is_primary_limit
from colter.sources.github.values import UnusableError, dig, items, text

_UNKNOWN_FIELD = re.compile(r"(?:Field|Cannot query field) '(\w+)'(?: doesn't exist)? on type '\w+'")
_MAX_ERRORS = 1000

NOT_FOUND = "not found, or the token may not see it"


Errors = Sequence[Mapping[str, Any]]


class TooMuchError(UnusableError):
    """GitHub could not do it in its ten seconds: ask for less at once."""


class BadAnswerError(UnusableError):
    """The answer as a whole is of no use; asking again for less would not change that."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered about one repository."""

    node: Mapping[str, Any] | None
    problem: str | None = None
    """Why there is no node."""
    denied: Mapping[str, str] = field(default_factory=dict)
    """By response key: why that part of the node is missing, or took the whole node away."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the repositories of one owner."""

    ids: Sequence[str]
    found: Mapping[str, Answer]
    """By id; without those that something denied took away, and empty where only ids were asked for."""
    after: str | None
    """Where the next page begins; None: this was the last."""


def read_answer(reply: Reply) -> tuple[Any, Errors]:
    """Data and errors of an answer.

    Raises:
        BadAnswerError: it is no GraphQL answer.
    """
    try:
        said = reply.json()
    except HttpError as error:
        raise BadAnswerError(f"GitHub: {error}") from error
    errors = said.get("errors") or [] if isinstance(said, dict) else None
    if not isinstance(errors, list):
        raise BadAnswerError("GitHub's answer is no GraphQL answer")
    if "message" in said:  # a limit is told so, without `errors`
        errors = [*errors, {"message": said["message"]}]
    return said.get("data"), [error for error in errors[:_MAX_ERRORS] if isinstance(error, dict)]


def limit_message(error: Mapping[str, Any]) -> str:
    """The message of an error that tells of a used-up limit, else nothing."""
    said = f"{error.get('type')} {error.get('message')}"
    # An error with a path is about one repository, and quotes its name.
    limited = "path" not in error and (is_primary_limit(said) or "secondary rate limit" in said.lower())
    return said if limited else ""


def read_page(owner: Any, errors: Errors, after: str | None, *, facts: bool) -> Page:
    """The page that stands in an answer to `GraphQL.of_owner`.

    Raises:
        BadAnswerError: it is not in order.
    """
    try:
        ids = [text(dig(node, ("id",))) for node in items(dig(owner, ("known", "nodes")))]
        nodes = items(dig(owner, ("repositories", "nodes"))) if facts else []
        more, cursor = (dig(owner, ("known", "pageInfo", key)) for key in ("hasNextPage", "endCursor"))
    except UnusableError as error:
        raise BadAnswerError(f"GitHub's answer has no list of repositories: {error}") from error
    if len(nodes) != len(ids) * facts or (more is True and (not isinstance(cursor, str) or cursor == after)):
        raise BadAnswerError("GitHub's list of repositories is not in order")
    answers = [
        answer_about(node, ("owner", "repositories", "nodes", index), errors) for index, node in enumerate(nodes)
    ]
    found = {identity: answer for identity, answer in zip(ids, answers, strict=facts) if answer.node is not None}
    return Page(ids, found, cursor if more is True else None)


def checked_data(data: Any, errors: Errors, *, alone: bool) -> Mapping[str, Any]:
    """The data, if there is enough of it; what was asked alone cannot be asked in smaller pieces.

    Raises:
        TooMuchError: GitHub gave up; BadAnswerError: it does not accept the question.
    """
    said = "; ".join(_text(error) for error in errors[:3])
    if not alone and any(error.get("type") == "RESOURCE_LIMITS_EXCEEDED" for error in errors):
        raise TooMuchError(f"GitHub: {said}")
    if isinstance(data, dict):
        return data
    if any(isinstance(error.get("extensions"), dict) and error["extensions"].get("code") for error in errors):
        raise BadAnswerError(f"GitHub refuses the question: {said}")
    raise TooMuchError(f"GitHub answered without data: {said or 'no reason given'}")


def unknown_fields(errors: Errors) -> set[str]:
    """Names of fields that the validation of the query complained about."""
    names = set()
    for error in errors:
        extensions = error.get("extensions")
        told = extensions.get("fieldName") if isinstance(extensions, dict) else None
        found = _UNKNOWN_FIELD.search(str(error.get("message"))[:500])
        name = told or (found[1] if found else None)
        if isinstance(name, str) and re.fullmatch(r"\w+", name):
            names.add(name)
    return names


def answer_about(node: Any, place: tuple[str | int, ...], errors: Errors) -> Answer:
    """What was answered about the repository that stands at this place."""
    denied, problem = {}, None
    for error in errors:
        path = error.get("path")
        if not isinstance(path, list) or tuple(path[: len(place)]) != place:
            continue
        if len(path) == len(place):
            problem = _reason(error)
        else:
            denied[str(path[len(place)])] = _reason(error)
    if isinstance(node, dict) and node:
        return Answer(node, denied=denied)
    return Answer(None, problem or next(iter(denied.values()), NOT_FOUND), denied)


def _reason(error: Mapping[str, Any]) -> str:
    extensions = error.get("extensions")
    if isinstance(extensions, dict) and extensions.get("saml_failure"):
        return "the organization demands SAML single sign-on: authorize the token for it"
    match error.get("type"):
        case "NOT_FOUND":
            return NOT_FOUND
        case "FORBIDDEN":
            return f"the token may not read it ({_text(error)})"
    return f"GitHub: {_text(error)}"


def _text(error: Mapping[str, Any]) -> str:
    return clean(str(error.get("message", "no reason given")), 150)
