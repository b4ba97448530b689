"""Where to listen, as it is written on the command line."""

from colter.core.errors import UsageError


def read_address(written: str) -> tuple[str, int]:
    """Host and port; UsageError when it is no address."""
    from colter.config.schema.checks import check_listen

    try:
        host, _, port = check_listen(written).rpartition(":")
    except ValueError as error:
        raise UsageError(f"--listen: {error}") from error
    return host.strip("[]"), int(port)
