"""nginx, with what a web server may want of a probe: HTTP/2, client certificates, logins, less haste."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.endpoints_tls import Authority
from tests.servers.process import LOOPBACK, free_port, running, server_program, tcp_ready

HEALTH = '{"status": "up", "queue": 3, "checks": "ok"}'
CONFIG = """
daemon off;
{user}
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.pem;
    ssl_client_certificate {authority};
    default_type text/plain;
    server {{
        listen {host}:{plain};
        location /health {{ default_type application/json; return 200 '{health}'; }}
        location /moved {{ return 302 /health; }}
        location /busy {{ add_header Retry-After 120 always; return 429; }}
        location /down {{ return 500; }}
        location / {{ return 200 "$request_method $http_host"; }}
    }}
    server {{ listen {host}:{cleartext2} http2; location / {{ return 200 "$server_protocol"; }} }}
    server {{
        listen {host}:{secure} ssl http2;
        location /health {{ default_type application/json; return 200 '{health}'; }}
        location / {{ return 200 "$server_protocol"; }}
    }}
    server {{ listen {host}:{old} ssl; location / {{ return 200 "$server_protocol"; }} }}
    server {{
        listen {host}:{mutual} ssl;
        ssl_verify_client on;
        location / {{ return 200 "$ssl_client_s_dn"; }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """Its ports: HTTP, HTTP/2 without TLS, HTTPS with HTTP/2 and without, HTTPS that wants a client's certificate."""

    plain: int
    cleartext2: int
    secure: int
    old: int
    mutual: int


@contextmanager
def nginx(authority: Authority) -> Iterator[Nginx]:
    """Start it; its certificate, and that of its clients, are of this authority."""
    program = server_program("nginx")
    with tempfile.TemporaryDirectory(prefix="colter-nginx-") as folder:
        ports = Nginx(*(free_port() for _ in range(5)))
        Path(folder, "server.pem").write_bytes(authority.pem("localhost", "example.org", "*.example.org"))
        config = Path(folder, "nginx.conf")
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(
            CONFIG.format(
                folder=folder, authority=authority.bundle, host=LOOPBACK, user=user, health=HEALTH, **vars(ports)
            )
        )
        with running([program, "-p", folder, "-c", str(config), "-e", "stderr"], tcp_ready(ports.mutual)):
            yield ports
