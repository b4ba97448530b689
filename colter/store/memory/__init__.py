"""A store that forgets when the process ends: for --no-store, --dry-run and tests."""

from colter.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
