"""A small package index: the Simple API as JSON, for the packages that it knows."""

import json

from tests.fakes.endpoints import Behaviour, EndpointServer, Visit, reply


def serve_packages(*names: str) -> EndpointServer:
    """Speaks for `/simple/NAME/`; everything else, download statistics among it, is a 404."""
    return EndpointServer(answer_packages(*names))


def answer_packages(*names: str) -> Behaviour:
    """The same as the behaviour of a server."""

    def answer(visit: Visit) -> None:
        name = visit.path.rstrip("/").rpartition("/")[2]
        if not visit.path.startswith("/simple/") or name not in names:
            reply(404, b"{}")(visit)
            return
        file = {
            "filename": f"{name}-1.2.3.tar.gz",
            "url": f"{name}-1.2.3.tar.gz",
            "hashes": {},
            "size": 1,
            "upload-time": "2026-01-02T03:04:05Z",
        }
        page = {"meta": {"api-version": "1.1"}, "name": name, "versions": ["1.2.3"], "files": [file]}
        headers = {"content-type": "application/vnd.pypi.simple.v1+json"}
        reply(200, json.dumps(page).encode(), **headers)(visit)

    return answer
