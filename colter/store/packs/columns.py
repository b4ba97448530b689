"""Columns of whole numbers and of texts, as bytes: sealed with a checksum, read back in the order of writing.

A number is written as so many bytes as the largest of its column needs. All first bytes of a column stand together,
then all second ones, and each such plane is compressed by itself: high bytes are much alike, and low ones, which are
not, stay as they are.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

_SEAL = struct.Struct("<I")
_LEVEL = 6  # 9 takes half as long again, and gains less than a hundredth
_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_LAST_SEVEN = 0x7F


class Writer:
    """Takes columns one after the other."""

    def __init__(self, version: int) -> None:
        self._parts = [bytes([version])]

    def number(self, number: int) -> None:
        """One that is not negative: seven bits a byte, the lowest first."""
        while number > _LAST_SEVEN:
            self._parts.append(bytes([number & _LAST_SEVEN | 0x80]))
            number >>= 7
        self._parts.append(bytes([number]))

    def numbers(self, numbers: Sequence[int]) -> None:
        """As many as the reader will ask for."""
        folded = [number << 1 if number >= 0 else ~(number << 1) for number in numbers]
        width = _width(max(folded, default=0))
        self.number(width)
        if width in _CODES:
            raw = struct.pack(f"<{len(folded)}{_CODES[width]}", *folded)
        else:  # beyond 64 bits: the difference of two large numbers
            raw = b"".join(number.to_bytes(width, "little") for number in folded)
        for place in range(width):
            self.block(raw[place::width])

    def differences(self, numbers: Sequence[int]) -> None:
        """The same, where each is near to the one before it."""
        self.numbers([after - before for before, after in pairwise((0, *numbers))])

    def perhaps(self, numbers: Iterable[int | None]) -> None:
        """Numbers of which some are absent."""
        self.numbers([0 if number is None else number + (number >= 0) for number in numbers])

    def texts(self, texts: Sequence[str]) -> None:
        """As many as the reader will ask for."""
        written = [text.encode() for text in texts]
        self.numbers([len(text) for text in written])
        self.block(b"".join(written))

    def words(self, words: Sequence[str]) -> None:
        """Texts of which there are few different ones."""
        places = {word: place for place, word in enumerate(dict.fromkeys(words))}
        self.number(len(places))
        self.texts(list(places))
        self.numbers([places[word] for word in words])

    def block(self, plain: bytes) -> None:
        """Bytes, compressed where that makes them fewer."""
        small = zlib.compress(plain, _LEVEL)
        shorter = len(small) < len(plain)
        self.number(len(small if shorter else plain) << 1 | shorter)
        self._parts.append(small if shorter else plain)

    def sealed(self) -> bytes:
        """All of it."""
        whole = b"".join(self._parts)
        return whole + _SEAL.pack(zlib.crc32(whole))


class Reader:
    """Gives back what a Writer took, asked for in the same order; ValueError for what no Writer has made."""

    def __init__(self, sealed: bytes, version: int) -> None:
        whole = sealed[: -_SEAL.size]
        if len(sealed) <= _SEAL.size or _SEAL.pack(zlib.crc32(whole)) != sealed[-_SEAL.size :]:
            raise ValueError("it is not as it was written")
        if whole[0] != version:
            raise ValueError(f"expected version {version}, got {whole[0]}")
        self._whole = whole
        self._at = 1

    def number(self) -> int:
        """See `Writer`."""
        number = shift = 0
        while True:
            byte = self._whole[self._at]
            self._at += 1
            number |= (byte & _LAST_SEVEN) << shift
            if byte <= _LAST_SEVEN:
                return number
            shift += 7

    def numbers(self, count: int) -> list[int]:
        """So many."""
        width = self.number()
        raw = bytearray(width * count)
        for place in range(width):
            raw[place::width] = self.block()
        folded: Iterable[int]
        if width in _CODES:
            folded = struct.unpack(f"<{count}{_CODES[width]}", raw)
        else:
            folded = (int.from_bytes(raw[start : start + width], "little") for start in range(0, len(raw), width))
        return [~(number >> 1) if number & 1 else number >> 1 for number in folded]

    def differences(self, count: int) -> list[int]:
        """So many."""
        return list(accumulate(self.numbers(count)))

    def perhaps(self, count: int) -> list[int | None]:
        """So many."""
        return [number - (number > 0) if number else None for number in self.numbers(count)]

    def texts(self, count: int) -> list[str]:
        """So many."""
        ends = list(accumulate(self.numbers(count), initial=0))
        whole = self.block()
        return [whole[start:end].decode() for start, end in pairwise(ends)]

    def words(self, count: int) -> list[str]:
        """So many."""
        words = self.texts(self.number())
        return [words[place] for place in self.numbers(count)]

    def block(self) -> bytes:
        """Bytes."""
        head = self.number()
        start, self._at = self._at, self._at + (head >> 1)
        found = self._whole[start : self._at]
        return zlib.decompress(found) if head & 1 else found


def _width(largest: int) -> int:
    needed = (largest.bit_length() + 7) // 8
    return next((width for width in _CODES if width >= needed), needed)
