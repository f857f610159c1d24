"""Open a capture of any form that has a reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from spacevista.captures.disk import CAPTURE_FILE, read_capture
from spacevista.captures.kitti_object import is_kitti_object, read_kitti_object
from spacevista.captures.record import Capture
from spacevista.captures.sevenscenes import is_sevenscenes, read_sevenscenes
from spacevista.captures.toml_folder import CONFIG_FILE, read_toml_capture
from spacevista.errors import CaptureError

# What a reader looks for, how it recognises a folder, the reader. The first that recognises the folder reads it.
READERS: tuple[tuple[str, Callable[[Path], bool], Callable[[Path], Capture]], ...] = (
    (f"{CAPTURE_FILE} (our own form)", lambda folder: (folder / CAPTURE_FILE).is_file(), read_capture),
    (
        f"{CONFIG_FILE} (a description of the folder)",
        lambda folder: (folder / CONFIG_FILE).is_file(),
        lambda folder: read_toml_capture(folder / CONFIG_FILE, folder),
    ),
    ("frame-XXXXXX.color.png and .pose.txt (7-Scenes)", is_sevenscenes, read_sevenscenes),
    ("image_2/XXXXXX.png and calib/XXXXXX.txt (KITTI object)", is_kitti_object, read_kitti_object),
)


def open_capture(path: Path, config: Path | None = None) -> Capture:
    """Read the capture in the folder `path`, in our own form, by a `capture.toml` (or `config`), or as 7-Scenes.

    Args:
        path: the folder that holds the data.
        config: a description as in docs/captures.md, where it does not lie in the folder as `capture.toml`.

    Raises:
        CaptureError: `path` is no folder, no reader recognises it, or the reader cannot use it.
    """
    if not path.is_dir():
        raise CaptureError(f"{path}: expected a folder, got {'a file' if path.exists() else 'nothing there'}")
    if config is not None:
        return read_toml_capture(config, path)
    for _, recognises, read in READERS:
        if recognises(path):
            return read(path)
    looked_for = "; ".join(label for label, _, _ in READERS)
    raise CaptureError(f"{path}: no capture that a reader knows; looked for: {looked_for} (see docs/captures.md)")
