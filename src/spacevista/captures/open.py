"""Open a capture of any form that has a reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from spacevista.captures.about import decode_about
from spacevista.captures.disk import CAPTURE_FILE, read_capture
from spacevista.captures.kitti_object import is_kitti_frame, is_kitti_object, read_kitti_frame, read_kitti_object
from spacevista.captures.record import Capture
from spacevista.captures.safe import SafeFile, read_bytes
from spacevista.captures.scannet import is_scannet, read_scannet
from spacevista.captures.sevenscenes import is_sevenscenes, read_sevenscenes
from spacevista.captures.toml_folder import CONFIG_FILE, read_config, read_toml_capture
from spacevista.captures.transforms_json import TRANSFORMS_FILE, is_transforms, read_transforms
from spacevista.captures.tum import is_tum, read_tum
from spacevista.errors import CaptureError

Reader = Callable[[Path, Path | None], Capture]  # a folder, and its about.toml where that lies elsewhere


def _alone(read: Callable[[Path], Capture]) -> Reader:
    """Return the reader of a form that says all of itself."""

    def reader(folder: Path, about: Path | None) -> Capture:
        if about is not None:
            raise CaptureError(f"{about.name}: {folder.name} is of a form that takes no about.toml")
        return read(folder)

    return reader


# What a reader looks for, how it recognises a folder, the reader. The first that recognises the folder reads it.
READERS: tuple[tuple[str, Callable[[Path], bool], Reader], ...] = (
    (f"{CAPTURE_FILE} (our own form)", lambda folder: (folder / CAPTURE_FILE).is_file(), _alone(read_capture)),
    (
        f"{CONFIG_FILE} (a description of the folder)",
        lambda folder: (folder / CONFIG_FILE).is_file(),
        _alone(lambda folder: read_toml_capture(folder / CONFIG_FILE, folder)),
    ),
    ("image_2/XXXXXX.png and calib/XXXXXX.txt (KITTI object)", is_kitti_object, _alone(read_kitti_object)),
    ("frame-XXXXXX.color.png and .pose.txt (7-Scenes)", is_sevenscenes, _alone(read_sevenscenes)),
    (f"{TRANSFORMS_FILE} (nerfstudio, instant-ngp)", is_transforms, read_transforms),
    ("rgb.txt with depth.txt or groundtruth.txt (TUM RGB-D)", is_tum, read_tum),
    ("color/, pose/ and intrinsic/ (ScanNet)", is_scannet, read_scannet),
)


def names_capture(path: Path) -> bool:
    """Tell whether `path` is a folder, or names one frame of a KITTI folder: `open_capture` may be able to read it."""
    return path.is_dir() or is_kitti_frame(path)


def open_capture(path: Path, config: Path | None = None) -> Capture:
    """Read the capture in the folder `path` by the first reader that recognises it, or as `config` describes it.

    Args:
        path: the folder that holds the data; of a KITTI folder with several frames FOLDER/NAME, NAME one of them.
        config: a `capture.toml`, or the `about.toml` of a known layout (docs/captures.md), where it does not lie in
            the folder.

    Raises:
        CaptureError: `path` is no folder, no reader recognises it, or the reader cannot use it.
    """
    if config is None and is_kitti_frame(path):
        return read_kitti_frame(path.parent, path.name).capture
    if not path.is_dir():
        raise CaptureError(f"{path}: expected a folder, got {'a file' if path.exists() else 'nothing there'}")
    if config is not None and _describes_files(config):
        return read_toml_capture(config, path)
    for _, recognises, read in READERS:
        if recognises(path):
            return read(path, config)
    looked_for = "; ".join(label for label, _, _ in READERS)
    raise CaptureError(f"{path}: no capture that a reader knows; looked for: {looked_for} (see docs/captures.md)")


def check_config(config: Path) -> None:
    """Raise CaptureError unless `config` is a valid `capture.toml` or `about.toml`."""
    if _describes_files(config):
        read_config(config)
    else:
        decode_about(SafeFile(config, config.name))


def _describes_files(config: Path) -> bool:
    """Tell a `capture.toml`, which says where pictures and poses are, from an `about.toml`, which does not."""
    try:
        keys = msgspec.toml.decode(read_bytes(SafeFile(config, config.name))).keys()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return True  # its reader says what is wrong
    return bool({"color", "intrinsics", "poses"} & keys)
