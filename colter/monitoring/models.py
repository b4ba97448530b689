"""What is watched."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from colter.config.schema.values import ProbeAddress

Seconds = Annotated[float, Field(gt=0, le=timedelta(days=3660).total_seconds())]
"""Up to ten years, as in Colter's configuration."""


class Model(BaseModel):
    """Takes keyword arguments; pydantic's ValidationError, which is a ValueError, says what is wrong with them."""

    # Another name of a field would be a wish that nobody hears; an input may hold a password; what is assigned later
    # is checked when the loop begins.
    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, allow_inf_nan=False, revalidate_instances="always"
    )


class Endpoint(Model):
    """One endpoint: https://, http://, or whatever else Colter can probe."""

    url: ProbeAddress
    timeout: Seconds = 2
    """Seconds that the answer may take, redirects and the whole body included."""
    alert_threshold: int = Field(3, ge=1, le=100)
    """So many failures in a row, or answers that were too slow, and somebody is told."""
