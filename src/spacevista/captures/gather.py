"""The frames of a folder: a frame with a fault is left out and counted, a fault of the whole folder is an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from spacevista.captures.frame_files import Note
from spacevista.captures.pose_files import EXACT_ROTATION, ReadPose
from spacevista.captures.record import Frame, FrameImages
from spacevista.errors import CaptureError, GeometryError
from spacevista.geometry.cameras import Camera


@dataclass(frozen=True)
class Loaded:
    """One usable frame, what was corrected in its files, and how far its rotation was from orthonormal."""

    frame: Frame
    corrected: list[Note]
    rotation_error: float


@dataclass(frozen=True)
class Gathered:
    """The usable frames of a folder, what was left out and what was corrected."""

    frames: tuple[Frame, ...]
    dropped: tuple[Note, ...]
    corrected: tuple[Note, ...]


class CheckedImages(FrameImages, Protocol):
    """Pictures of a frame that can be decoded once to check them."""

    def check(self) -> list[Note]:
        """Return what had to be corrected; CaptureError where a file is unusable."""
        ...


def checked_frame(name: str, camera: Camera, pose: ReadPose, images: CheckedImages) -> Loaded:
    """Decode a frame's files once (CaptureError where one is unusable) and return the frame."""
    return Loaded(Frame(name, camera, pose.world_from_camera, images), images.check(), pose.rotation_error)


def gather(names: Iterable[str], load: Callable[[str], Loaded], capture: str) -> Gathered:
    """Load the named frames in order; one that cannot be used is left out with its reason.

    Raises:
        CaptureError: no frame is usable; the first reasons are named.
    """
    loaded: list[Loaded] = []
    dropped: list[Note] = []
    for name in names:
        try:
            loaded.append(load(name))
        except (CaptureError, GeometryError) as error:
            dropped.append((name, str(error)))
    if not loaded:
        reasons = "; ".join(reason for _, reason in dropped[:3])
        raise CaptureError(f"{capture}: none of {len(dropped)} frames is usable ({reasons or 'there are none'})")
    corrected = [note for one in loaded for note in one.corrected]
    corrected += rotation_notes([one.rotation_error for one in loaded])
    return Gathered(tuple(one.frame for one in loaded), tuple(dropped), tuple(corrected))


def rotation_notes(errors: list[float]) -> tuple[Note, ...]:
    """Return one note on the rotations of a capture that had to be re-orthonormalised, if any."""
    replaced = [error for error in errors if error > EXACT_ROTATION]
    if not replaced:
        return ()
    text = f"{len(replaced)} of {len(errors)} were up to {max(replaced):.1e} off orthonormal: re-orthonormalised"
    return (("rotations", text),)
