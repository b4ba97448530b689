"""What is typed, and what it has changed."""

import difflib

CANARY = "canary-4f1b"


PASSWORD = "correct horse battery staple"


START = """\
# mine
github:
  token: canary-4f1b   # from the office
  targets: [a/b]
endpoints:
  - name: api
    url: https://api.example.org
    request: {auth: {bearer: canary-4f1b}}
  - https://example.org/health
"""


def changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
