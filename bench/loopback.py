"""A loopback server in a process of its own, so that its work does not count as that of who asks it."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Its address, until the end of the block."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(handler, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(handler: type[BaseHTTPRequestHandler], parent: Connection) -> None:
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    parent.send(httpd.server_port)
    httpd.serve_forever()
