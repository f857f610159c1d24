"""The error of this room."""

from spacevista.errors import SpacevistaError


class TrainError(SpacevistaError):
    """A setting, a row or a checkpoint cannot be trained with; the message says what was expected and what came."""
