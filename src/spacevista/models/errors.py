"""The error of this room."""

from spacevista.errors import SpacevistaError


class ModelError(SpacevistaError):
    """A model's configuration, its checkpoint or its inputs do not belong together."""
