"""The errors a user can cause. Each message names what was expected and what came."""


class SpacevistaError(ValueError):
    """Base of every error caused by an input or a call, never by our own bug."""


class GeometryError(SpacevistaError):
    """A pose, camera, box or point set is not what its definition asks for."""


class CaptureError(SpacevistaError):
    """A capture on disk, or one of its files, cannot be used; the message names the file."""


class SceneError(SpacevistaError):
    """An annotated scene on disk is damaged or of another version."""


class DatasetError(SpacevistaError):
    """A question file is not in the form it claims to be; the message names the file and row."""
