"""Libraries without the parts of them that nobody here needs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(module: str) -> Iterator[None]:
    """Have the import of a module fail meanwhile, as if it were not installed; one that is there already stays."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # so says the reference of the import system, 5.3.1
    try:
        yield
    finally:
        del sys.modules[module]
