"""What must be said, in the shortest words: the whole past is looked at anew at every look."""

from typing import Literal, NamedTuple

Claims = list[tuple[int, str]]


Seen = Literal["good", "bad", "unknown"]


class Look(NamedTuple):
    verdict: Seen
    muted: bool = False
    held: bool = False


def reference(looks: list[Look], down: tuple[int, int], up: tuple[int, int], lasting: int = 0) -> Claims:
    """At which look is said what. `lasting`: so many looks must lie between the first bad one and the alert."""
    said: Claims = []
    told, firing, flapping = "ok", False, False
    past: list[str] = []
    turns: list[int] = []
    for place, (verdict, muted, held) in enumerate(looks):
        if verdict == "unknown":
            continue
        past.append(verdict)
        run = past[turns[-1] + 1 if turns else 0 :]
        wanted, (count, of) = ("good", up) if firing else ("bad", down)
        if verdict == wanted and run[-of:].count(wanted) >= count and (firing or _lasted(run, count, of) >= lasting):
            firing = not firing
            turns.append(len(past) - 1)
        spans = [max(0, len(past) - 21)]
        spans += [max(spans[0], turn - 1) for turn in turns[-4:-3] if turn >= spans[0]]
        pairs = [20, *(len(past) - 1 - start for start in spans[1:])]
        share = max(
            sum(a != b for a, b in zip(past[start:], past[start + 1 :], strict=False)) / count
            for start, count in zip(spans, pairs, strict=True)
        )
        flapping = share >= 0.25 if flapping else share > 0.5
        stands = "flapping" if flapping else "firing" if firing else "ok"
        silent = muted or (stands == "firing" and verdict == "good") or (held and stands != "ok")
        if stands != told and not silent:
            told = stands
            said.append((place, stands))
    return said


def _lasted(run: list[str], count: int, of: int) -> int:
    """For how many looks the last `of` have held `count` bad ones, counted from the first of those."""
    start = None
    for end in range(1, len(run) + 1):
        if run[max(0, end - of) : end].count("bad") < count:
            start = None
        elif start is None:
            start = next(i for i in range(end) if run[i] == "bad" and run[i:end].count("good") <= of - count)
    return -1 if start is None else len(run) - 1 - start
