"""Whoever needs himself is found, among thousands too."""

import random

from colter.config.schema.circles import in_circles


def one_by_one(needs: dict[str, list[str]]) -> set[str]:
    """The same, told by its meaning."""

    def reached(name: str) -> set[str]:
        seen: set[str] = set()
        ahead = list(needs.get(name, ()))
        while ahead:
            needed = ahead.pop()
            if needed not in seen:
                seen.add(needed)
                ahead += needs.get(needed, ())
        return seen

    return {name for name in needs if name in reached(name)}


def test_everybody_in_a_circle_is_found_and_nobody_else() -> None:
    chance = random.Random(7)
    for _ in range(2_000):
        size = chance.randint(1, 9)
        names = [str(number) for number in range(size)]
        needs = {name: chance.choices([*names, "nobody"], k=chance.choice([0, 0, 1, 1, 2])) for name in names}
        assert in_circles(needs) == one_by_one(needs), needs


def test_a_chain_of_many_thousands_is_followed_at_once() -> None:
    chain = {str(number): [str(number + 1)] for number in range(100_000)}
    assert in_circles(chain) == set()
    assert in_circles({**chain, "100000": ["0"]}) == {*chain, "100000"}
