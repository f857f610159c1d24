"""Pictures for a reader who has to name the scale and one marked object: are simulated worlds recognisable?

    python experiments/recognisability/make_sheet.py --out out/recognisability --key out/recognisability_key/key.json

The choice hangs on `SEED` and on the rules in README.md, on nothing else.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from spacevista.geometry.arrays import BoolArray, ByteArray, Int32Array
from spacevista.qa.marks import draw_marks
from spacevista.qa.record import Mark
from spacevista.scales import Scale
from spacevista.sim import categories
from spacevista.sim.raycast import RayScene
from spacevista.sim.render import Renderer
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world

SEED = 20_262
FIRST_WORLD = 600_000  # worlds that nothing else uses: neither demo, audit nor benchmark
MOST_WORLDS = 200  # a scale that needs more than this cannot keep to the rules
PER_SCALE = 12
LONGER_SIDE_PX = 48  # of the box around what is visible
VISIBLE_SHARE = 0.7  # of the pixels that the object would have if it stood alone
MARK_GAP_PX = 4  # between the mark and the object: the line covers none of it
PER_SHEET, COLUMNS = 6, 2
STRIP_PX = 44  # above each picture, for its number

# How the scales are told apart: by what is looked at and from where, in the words of `scales.SCALE_FACTS`.
SCALE_LINES = {
    Scale.TINY_TABLETOP: "things of 1 mm to 5 cm, seen close up from 5 to 50 cm away",
    Scale.TABLETOP: "things of 3 cm to 50 cm on a table, seen from 30 cm to 2 m away",
    Scale.INDOOR: "things of 10 cm to 5 m in a room, seen from 50 cm to 20 m away",
    Scale.OUTDOOR: "things of 50 cm to 100 m under the sky, seen from the ground, 2 to 200 m away",
    Scale.DRONE: "things of 1 m to 500 m, seen from the air, 20 m to 1 km away",
}


Box = tuple[int, int, int, int]  # x1, y1, x2, y2 in pixels, half-open


@dataclass(frozen=True)
class Choice:
    """One frame and the object marked in it; `box_px` is around the object's visible pixels."""

    scale: Scale
    world: int
    frame: int
    object_id: int
    category: str
    box_px: Box


def all_categories() -> list[str]:
    """Return the names of everything the generators make, in alphabetical order."""
    modules = (
        importlib.import_module(f"{categories.__name__}.{m.name}") for m in pkgutil.iter_modules(categories.__path__)
    )
    named = (getattr(module, "CATEGORY", None) or getattr(module, "NAME", None) for module in modules)
    return sorted({name for name in named if isinstance(name, str)})


def choose() -> Iterator[tuple[Choice, World]]:
    """Yield the choices, scale by scale, each with its world."""
    for number, scale in enumerate(Scale):
        taken: set[str] = set()
        for seed in range(FIRST_WORLD, FIRST_WORLD + MOST_WORLDS):
            world = make_world(scale, seed)
            found = list(candidates(world, taken))
            if not found:
                continue
            rng = np.random.default_rng([SEED, number, seed])
            names = sorted({choice.category for choice in found})
            name = names[int(rng.integers(len(names)))]  # first the category: common ones are not chosen more often
            same = [choice for choice in found if choice.category == name]
            taken.add(name)
            yield same[int(rng.integers(len(same)))], world
            if len(taken) == PER_SCALE:
                break
        else:
            raise SystemExit(f"{scale}: expected {PER_SCALE} categories in {MOST_WORLDS} worlds, got {sorted(taken)}")


def candidates(world: World, taken: set[str]) -> Iterator[Choice]:
    """Yield the objects of other categories than `taken` in the frames in which they keep the rules."""
    rays = RayScene.of(world)
    alone = {body: RayScene((body,)) for body in world.objects if body.category not in taken}
    for frame, pose in enumerate(world.path):
        ids = rays.depth_and_ids(world.camera, pose)[1]
        for body, itself in alone.items():
            box = box_of(ids == body.id)
            if box is None or max(box[2] - box[0], box[3] - box[1]) < LONGER_SIDE_PX or not leads_in(box, body.id, ids):
                continue
            whole = itself.depth_and_ids(world.camera, pose)[1] == body.id
            if not touches_border(whole) and (ids == body.id).sum() >= VISIBLE_SHARE * whole.sum():
                yield Choice(world.scale, world.seed, frame, body.id, body.category, box)


def leads_in(box: Box, object_id: int, ids: Int32Array) -> bool:
    """Tell whether no other object has more pixels in a box: else the mark would seem to mean that one."""
    x1, y1, x2, y2 = box
    inside = ids[y1:y2, x1:x2]
    pixels = np.bincount(inside[inside > 0])
    return int(pixels[object_id]) == int(pixels.max())


def box_of(mask: BoolArray) -> Box | None:
    """Return the half-open box [x1, y1, x2, y2) around a mask (H, W), None around nothing."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def touches_border(mask: BoolArray) -> bool:
    return bool(mask[[0, -1]].any() or mask[:, [0, -1]].any())


def picture_of(choice: Choice, world: World) -> Image.Image:
    """Return the frame with a red box around the object."""
    rng = np.random.default_rng([SEED, choice.world, choice.frame])  # of the sensor's noise
    color: ByteArray = Renderer(world).color(world.camera, world.path[choice.frame], rng)
    size = world.camera.width_px, world.camera.height_px
    x1, y1, x2, y2 = choice.box_px
    coords = [
        float(max(x1 - MARK_GAP_PX, 0)),
        float(max(y1 - MARK_GAP_PX, 0)),
        float(min(x2 + MARK_GAP_PX, size[0])),
        float(min(y2 + MARK_GAP_PX, size[1])),
    ]
    return draw_marks(Image.fromarray(color), [Mark("box", 0, coords, "", "red", choice.object_id)], size)


def sheet_of(pictures: dict[int, Image.Image]) -> Image.Image:
    """Return pictures side by side, each below its number."""
    width, height = next(iter(pictures.values())).size
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width, rows * (height + STRIP_PX)), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=STRIP_PX - 10)
    for place, (number, picture) in enumerate(pictures.items()):
        left, top = place % COLUMNS * width, place // COLUMNS * (height + STRIP_PX)
        draw.text((left + 10, top + 2), str(number), fill="black", font=font)
        sheet.paste(picture, (left, top + STRIP_PX))
    return sheet


def list_text() -> str:
    """Return what the reader is told: the scales and, in one list, all categories."""
    scales = "\n".join(f"- `{scale}`: {line}" for scale, line in SCALE_LINES.items())
    names = "\n".join(f"- {name}" for name in all_categories())
    return f"# Scales\n\n{scales}\n\n# Categories\n\n{names}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures, sheets and the list")
    parser.add_argument("--key", type=Path, required=True, help="file for the answers, outside of --out")
    arguments = parser.parse_args()
    out: Path = arguments.out
    key: Path = arguments.key
    if key.resolve().is_relative_to(out.resolve()):
        parser.error("--key: expected a file outside of --out, so that the reader does not see it")

    chosen = list(choose())
    unlisted = {choice.category for choice, _ in chosen} - set(all_categories())
    assert not unlisted, f"expected every category in the list, got {sorted(unlisted)}"
    numbers = np.random.default_rng(SEED).permutation(len(chosen)) + 1
    by_number = sorted(zip(numbers.tolist(), chosen, strict=True), key=lambda item: item[0])
    pictures = {number: picture_of(choice, world) for number, (choice, world) in by_number}

    for folder in (out / "frames", out / "sheets", key.parent):
        folder.mkdir(parents=True, exist_ok=True)
    for number, picture in pictures.items():
        picture.save(out / "frames" / f"{number:02d}.png")
    for start in range(1, len(pictures) + 1, PER_SHEET):
        part = {number: pictures[number] for number in range(start, min(start + PER_SHEET, len(pictures) + 1))}
        sheet_of(part).save(out / "sheets" / f"sheet-{(start - 1) // PER_SHEET + 1}.png")
    (out / "list.md").write_text(list_text(), encoding="utf-8")
    answers = {str(number): asdict(choice) for number, (choice, _) in by_number}
    key.write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")
    print(f"{len(pictures)} pictures in {out}, their key in {key}")


if __name__ == "__main__":
    main()
