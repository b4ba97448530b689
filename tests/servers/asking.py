"""One plain HTTP exchange with a server on loopback, past any proxy that the environment names."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def well(self) -> "Answer":
        """Itself if it is 2xx.

        Raises:
            AssertionError: it is not; with the answer's text.
        """
        assert self.status // 100 == 2, f"{self.status}: {self.body[:2000].decode(errors='replace')}"
        return self


def ask(
    url: str,
    query: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One exchange; `query` is added to the address.

    Raises:
        OSError: nobody listens, or the exchange broke off.
    """
    place = urlsplit(url)
    path = place.path or "/"
    asked = "&".join(part for part in [place.query, urlencode(query or {})] if part)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=300)
    try:
        connection.request(method, f"{path}?{asked}" if asked else path, body, dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.headers), answer.read())
    except http.client.HTTPException as error:
        raise ConnectionError(f"{url}: {error!r}") from error
    finally:
        connection.close()
