"""The page of a project as HTML: PEP 503, the only form that many private indexes have."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import unquote, urlsplit

from colter.core.text import clean
from colter.sources.pypi.releases import File, Project, group
from colter.sources.pypi.server import ImproperError

# Not html.parser: 60 kB of `<a ` keep it busy for 140 s on Python 3.11. These patterns never look at a character twice.
_TAG = re.compile(r"""<(a|meta)\s((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'=<>`]++)))?+""")
_STATUS = "pypi:project-status"


def parse_html_page(page: bytes, package: str) -> Project:
    """A project from the links of its page. There are no upload times in it.

    Raises:
        ImproperError: it has not one link to a file of the package; a login page looks like that, too.
    """
    links: list[File] = []
    told: dict[str, str] = {}
    for tag, attributes in _tags(page.decode("utf-8", "replace")):
        if tag == "a":
            links += _link(attributes)
        else:
            told[attributes.get("name", "")] = clean(attributes.get("content", ""))
    project = Project(group(links, package), told.get(_STATUS) or "active", told.get(f"{_STATUS}-reason", ""))
    if not project.releases and project.status == "active":
        raise ImproperError("it has no link to a file of the package")
    return project


def _tags(text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The links and metas of a page, outside of comments; an attribute without a value has an empty one."""
    first, *commented = text.split("<!--")
    for piece in (first, *(rest.partition("-->")[2] for rest in commented)):
        for tag in _TAG.finditer(piece):
            found = _ATTRIBUTE.finditer(tag[2])
            yield tag[1].lower(), {part[1].lower(): unescape(part[2] or part[3] or part[4] or "") for part in found}


def _link(attributes: Mapping[str, str]) -> Iterator[File]:
    try:
        path = urlsplit(attributes.get("href", "")).path
    except ValueError:
        return
    yanked = clean(attributes["data-yanked"]) if "data-yanked" in attributes else None
    yield File(unquote(path.rpartition("/")[2]), None, yanked, attributes.get("data-requires-python") or None)
