"""The child process of `search.py`: reads a pattern and a text, answers 1 or 0, until its input ends."""

import re
import signal
import struct
import sys

_LONGEST = 0.1
"""Seconds of processor time for one search: unlike time on the wall, a busy machine does not use it up."""


def main() -> None:
    """Serve; a request is two lengths (32 bits, network order), the pattern, the text."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := requests.read(8):
        pattern_length, text_length = struct.unpack("!II", head)
        pattern = requests.read(pattern_length).decode()
        text = requests.read(text_length).decode(errors="replace")
        # The signal's default action ends the process, also in the middle of `re`, where no handler would run.
        signal.setitimer(signal.ITIMER_PROF, _LONGEST)
        found = re.search(pattern, text)
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(b"1" if found else b"0")
        answers.flush()


if __name__ == "__main__":
    main()
