"""Who comes back to itself by way of what it needs; in one pass, however many there are."""

from collections.abc import Mapping, Sequence


def in_circles(needs: Mapping[str, Sequence[str]]) -> set[str]:
    """Those who need themselves: Tarjan's strongly connected components (SIAM J. Comput. 1, 1972), without recursion.

    Args:
        needs: what each needs; what is no key of it needs nothing.
    """
    found: set[str] = set()
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: dict[str, None] = {}
    for root in needs:
        ahead = [] if root in number else [(root, iter(needs[root]))]
        while ahead:
            name, rest = ahead[-1]
            if name not in number:
                number[name] = lowest[name] = len(number)
                open_[name] = None
            for needed in rest:
                if needed not in number and needed in needs:
                    ahead.append((needed, iter(needs[needed])))
                    break
                if needed in open_:
                    lowest[name] = min(lowest[name], number[needed])
            else:
                ahead.pop()
                if ahead:
                    lowest[ahead[-1][0]] = min(lowest[ahead[-1][0]], lowest[name])
                if lowest[name] == number[name]:
                    circle = _taken(open_, name)
                    found |= circle if len(circle) > 1 or name in needs[name] else set()
    return found


def _taken(open_: dict[str, None], until: str) -> set[str]:
    """Take the newest off, until this one is."""
    taken: set[str] = set()
    while until not in taken:
        taken.add(open_.popitem()[0])
    return taken
