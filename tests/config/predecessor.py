"""The predecessor's files, made as it made them."""

import base64
import hashlib
from pathlib import Path

import yaml
from cryptography.fernet import Fernet

PASSWORD = "old master password"
TOKENS = {"github": "ghp_predecessor", "influxdb": "influx-token", "smtp": "pass ${word}"}


def write_predecessor(home: Path) -> Path:
    """`.colter_config.yaml` and `.colter_salt.bin` in a home directory; the path of the first."""
    salt = bytes(range(16))
    key = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 100_000)
    fernet = Fernet(base64.urlsafe_b64encode(key))

    def sealed(section: str) -> str:
        return fernet.encrypt(TOKENS[section].encode()).decode()

    config = {
        "github": {"token": sealed("github")},
        "pypi": {"packages": ["requests", "httpx"]},
        "influxdb": {
            "url": "http://influx.example.com:8086",
            "org": "MONITOR",
            "bucket": "ProjectTracker",
            "token": sealed("influxdb"),
        },
        "prometheus": {"gateway": "http://prometheus.example.com:9091", "job": "ProjectTracker"},
        "smtp": {
            "smtp_server": "smtp.example.com",
            "smtp_port": "587",
            "username": "me",
            "password": sealed("smtp"),
            "sender": "a@example.com",
            "recipient": "b@example.com",
        },
    }
    path = home / ".colter_config.yaml"
    path.write_text(yaml.dump(config))
    path.chmod(0o600)
    (home / ".colter_salt.bin").write_bytes(salt)
    (home / ".colter_salt.bin").chmod(0o600)
    return path
