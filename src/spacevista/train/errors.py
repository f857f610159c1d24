"""The errors of this room."""

from spacevista.errors import SpacevistaError


class TrainError(SpacevistaError):
    """Settings, a model and data do not belong together, or a run cannot go on; the message says what was expected."""


class StoppedError(TrainError):
    """A run was asked to stop and did, with a checkpoint from which the same command goes on."""
