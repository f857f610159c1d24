"""The error of this room."""

from spacevista.errors import SpacevistaError


class ScoringError(SpacevistaError):
    """A benchmark, a line of results or a list of scores is not what scoring needs; names the row and the field."""
