"""A command with a bug."""


def command() -> None:
    raise ZeroDivisionError("\x1b]0;owned\x07 at https://me:hunter22@example.org/?token=abc")
