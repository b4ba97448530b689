"""The page of a project as HTML: PEP 503, the only form that many private indexes have."""

from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from colter.core.text import clean
from colter.sources.pypi.releases import File, Project, group
from colter.sources.pypi.server import ImproperError

_MAX_BYTES = 16 * 1024 * 1024


def parse_html_page(page: bytes, package: str) -> Project:
    """A project from the links of its page. There are no upload times in it.

    Raises:
        ImproperError: it has not one link to a file of the package; a login page looks like that, too.
    """
    if len(page) > _MAX_BYTES:
        raise ImproperError("its HTML is larger than any project's")
    parser = _Links()
    try:
        parser.feed(page.decode("utf-8", "replace"))
        parser.close()
    except AssertionError as error:  # html.parser's way to refuse `<![x`
        raise ImproperError("its HTML cannot be read") from error
    project = Project(group(parser.files, package), *parser.status)
    if not project.releases and project.status == "active":
        raise ImproperError("it has no link to a file of the package")
    return project


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.files: list[File] = []
        self.status = ("active", "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a" and found.get("href"):
            self._link(found)
        elif tag == "meta" and found.get("name") == "pypi:project-status":
            self.status = (clean(found.get("content") or "active", 40), self.status[1])
        elif tag == "meta" and found.get("name") == "pypi:project-status-reason":
            self.status = (self.status[0], clean(found.get("content") or ""))

    def _link(self, attributes: dict[str, str | None]) -> None:
        try:
            path = urlsplit(attributes["href"] or "").path
        except ValueError:
            return
        yanked = clean(attributes["data-yanked"] or "") if "data-yanked" in attributes else None
        name = unquote(path.rpartition("/")[2])
        self.files.append(File(name, None, yanked, attributes.get("data-requires-python") or None))
