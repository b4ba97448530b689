"""Several places that are shown the same: one that fails does not keep it from the others."""

import asyncio
from collections.abc import Awaitable, Iterable

from colter.core.errors import Answer, DeliveryError


async def together(works: Iterable[Awaitable[None]]) -> None:
    """Do all of it, side by side.

    Raises:
        DeliveryError: some of it failed; to be tried again if that may help any of it.
    """
    done = await asyncio.gather(*works, return_exceptions=True)
    failed = [error for error in done if error is not None]
    for error in failed:
        if not isinstance(error, DeliveryError):
            raise error
    told = [error for error in failed if isinstance(error, DeliveryError)]
    if told:
        raise _one(told)


def _one(errors: list[DeliveryError]) -> DeliveryError:
    first = errors[0]
    passing = next((error for error in errors if error.answer is Answer.RETRY), first)
    return DeliveryError(
        "; ".join(dict.fromkeys(map(str, errors))),
        answer=passing.answer,
        retry_after=passing.retry_after,
        hint=next((error.hint for error in errors if error.hint), None),
    )
