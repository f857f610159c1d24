"""What an asset pack is: which of its files are things, their unit, which axis is up, what they are called.

Said by a `pack.toml` in the pack's folder, or, for the packs of `asset_known`, known. docs/assets.md explains the keys.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from spacevista.captures.safe import SafeFile, check_present
from spacevista.errors import CaptureError
from spacevista.sim.asset_files import AssetError

PACK_FILE = "pack.toml"
MAX_PACK_BYTES = 1 << 20

Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Up = Literal["x", "y", "z"]


class MeshRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files that share a unit and an up axis.

    A pattern of `files` is matched against the end of a path, part by part ("cups/*.obj"). `category`: what they are;
    without it, the name of the folder they lie in. `closed`: refuse a mesh that shows its inner side to who goes
    around it, as houses made for flight simulators may.
    """

    files: Annotated[tuple[Text, ...], Meta(min_length=1)]
    unit_m: Annotated[float, Meta(gt=0, le=1000)]
    up: Up = "z"
    category: Annotated[str, Meta(max_length=100)] = ""
    closed: bool = False

    def holds(self, name: str) -> bool:
        return any(PurePosixPath(name).match(pattern) for pattern in self.files)


class PackToml(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole `pack.toml`; the first rule that holds a file counts."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,40}$")]
    licence: Text
    source: Text
    meshes: Annotated[tuple[MeshRule, ...], Meta(min_length=1)]

    def rule_of(self, name: str) -> MeshRule | None:
        """Return the rule for a file, given by its path in the pack; None if it is not a thing."""
        return next((rule for rule in self.meshes if rule.holds(name)), None)


def pack_settings(folder: Path, names: list[str], known: tuple[PackToml, ...]) -> PackToml:
    """Return what the pack's own `pack.toml` says, else the one of `known` packs that has files of such `names`.

    Raises:
        AssetError: `pack.toml` is wrong, or there is none and the pack is not known.
    """
    if PACK_FILE in names:
        return _read(folder / PACK_FILE)
    for one in known:
        if any(one.rule_of(name) for name in names):
            return one
    raise AssetError(
        "unknown pack", f"{folder}: expected a {PACK_FILE}, or files of {' or '.join(p.name for p in known)}"
    )


def _read(path: Path) -> PackToml:
    try:
        check_present(SafeFile(path, PACK_FILE), MAX_PACK_BYTES)
        return msgspec.toml.decode(path.read_bytes(), type=PackToml)
    except (CaptureError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AssetError(f"wrong {PACK_FILE}", f"{path.name}: {error}") from None
