"""A Secret shows itself to nobody who does not ask."""

import copy
import pickle

import pytest

from colter.core.secret import Secret


def test_no_ordinary_way_of_showing_reveals_it() -> None:
    secret = Secret("hunter2-canary")
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret:>20}",
        repr([secret]),
        repr({"a": secret}),
    ]
    assert not any("canary" in text for text in shown)
    assert secret.reveal() == "hunter2-canary"


def test_it_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret("canary"))
    with pytest.raises(TypeError, match="not pickled"):
        copy.copy(Secret("canary"))


def test_equal_texts_are_equal_secrets() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert not Secret("")
    assert len({Secret("a"), Secret("a")}) == 1
