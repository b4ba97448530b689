"""What is watched."""

from pydantic import BaseModel, ConfigDict, Field

from colter.config.schema.values import ProbeAddress


class Model(BaseModel):
    """Takes keyword arguments; pydantic's ValidationError, which is a ValueError, says what is wrong with them."""

    # Another name of a field would be a wish that nobody hears; and an input may hold a password.
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


class Endpoint(Model):
    """One endpoint: https://, http://, or whatever else Colter can probe."""

    url: ProbeAddress
    timeout: float = Field(2, gt=0)
    """Seconds that the answer may take, redirects and the whole body included."""
    alert_threshold: int = Field(3, ge=1)
    """So many failures in a row, or answers that were too slow, and somebody is told."""
