"""Where the evidence stands, and whether a layout shows its things and its evidence as it should."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from experiments.all_scale.evidence import Kind, fitting, item_in_units
from experiments.all_scale.layout import SIDE_PX, Layout, free_place
from experiments.all_scale.splits import Dose
from experiments.all_scale.visibility import Seen, distance_to, inside, overlap, projected_box, seen

from spacevista.geometry.arrays import Float32Array, Int32Array
from spacevista.sim.categories.shape import Shape
from spacevista.sim.raycast import RayScene
from spacevista.sim.shapes import moved, rotated
from spacevista.sim.world import Body, Material, Mesh, Texture

MIN_PX = 24.0  # of a thing's longer side, in every frame
MIN_PIXELS = 150.0
MARGIN_PX = 3.0
SPARE = 1.08  # projected and coarsely cast sizes err by a few percent
MAX_OVERLAP = 0.12  # of two things' boxes
MIN_SHARE = 0.8  # of a thing's own box that must be left
COARSE = 2  # frames are cast at half their size while a layout is looked for
STRONG_PX, STRONG_PIXELS = 18.0, 110.0  # a clear item, in every frame
WEAK_PIXELS = (25.0, 330.0)  # a weak one: small or mostly out of sight
CLEAR_SHARE = 0.65  # of a clear item's box in the picture that must be left
WEAK_PX = 5.0
STRONG_GAP, WEAK_GAP = (0.05, 0.35), (0.2, 2.2)  # between bounding circles, in layout units
SMALL = 0.75  # radius below which a flat item lies beside things; larger ones run under them


Piece = tuple[Kind, Shape]  # in layout units, not yet placed


@dataclass(frozen=True, eq=False)
class Item:
    """One piece of evidence where it stands, in layout units; its id is negative."""

    id: int
    kind: Kind
    mesh: Mesh
    materials: tuple[Material, ...]

    def body(self) -> Body:
        return Body(self.id, self.kind.name, self.mesh, self.materials)


def things_fit(layout: Layout) -> bool:
    """Tell from projections alone whether all things are whole, large enough and apart in every frame."""
    for pose in layout.path:
        boxes = [projected_box(thing.mesh, layout.camera, pose) for thing in layout.things]
        for number, box in enumerate(boxes):
            if box is None or not inside(box, SIDE_PX, MARGIN_PX):
                return False
            if max(box[2] - box[0], box[3] - box[1]) < SPARE * MIN_PX:
                return False
            if any(other is not None and overlap(box, other) > MAX_OVERLAP for other in boxes[:number]):
                return False
    return True


def draw_evidence(metres_per_unit: float, dose: Dose, rng: np.random.Generator) -> list[Piece]:
    """Return the evidence of a scene, each piece as something clear or as something small; [] if no kind fits.

    A weak scene has one item: a small one, or a clear one that is to be mostly out of the picture.
    """
    partly = dose == "weak" and (not fitting(metres_per_unit, "weak") or rng.random() < 0.3)
    built: Dose = "strong" if partly else dose
    kinds = fitting(metres_per_unit, built)
    count = int(rng.integers(2, 4)) if dose == "strong" else 1
    chosen = [kinds[int(rng.integers(len(kinds)))] for _ in range(count)] if kinds else []
    return [(kind, item_in_units(kind, metres_per_unit, built, rng)) for kind in chosen]


def place_items(layout: Layout, pieces: list[Piece], dose: Dose, rng: np.random.Generator) -> tuple[Item, ...] | None:
    """Return evidence near the things (strong) or anywhere in view (weak); None if projections rule it out."""
    circles = [thing.circle for thing in layout.things]
    items: list[Item] = []
    for number, (kind, shape) in enumerate(pieces):
        mesh = _turned(shape.mesh, shape.materials, rng)
        radius = float(np.linalg.norm(mesh.vertices_m[:, :2], axis=1).max())
        home = number % len(layout.things) if dose == "strong" else None
        place = _place(kind, radius, circles, home, rng)
        if place is None:
            return None
        x, y = place
        lift = 0.004 + 0.003 * number if kind.form == "flat" else 0.0
        item = Item(-2 - number, kind, moved(mesh, (x, y, lift)), shape.materials)
        if not _may_show(layout, item, dose) or _stands_before(layout, item):
            return None
        items.append(item)
        if kind.form == "solid" or radius < SMALL:
            circles.append((x, y, radius))
    return tuple(items)


def _turned(mesh: Mesh, materials: tuple[Material, ...], rng: np.random.Generator) -> Mesh:
    """Return the mesh turned about the vertical; ruled mats are not, as their pattern follows the world's axes."""
    ruled = any(m.texture in (Texture.GRID, Texture.STRIPES) for m in materials)
    return mesh if ruled else rotated(mesh, (0, 0, 1), float(rng.uniform(0, 360)))


def _place(
    kind: Kind,
    radius: float,
    circles: list[tuple[float, float, float]],
    home: int | None,
    rng: np.random.Generator,
) -> tuple[float, float] | None:
    """Return a place beside the thing `home` (large and flat: or under it); None: further off, beside any circle."""
    if home is None:
        return free_place(circles, radius, WEAK_GAP, rng)
    if kind.form == "solid" or radius < SMALL:
        return free_place(circles, radius, STRONG_GAP, rng, home)
    x, y, r = circles[home]
    reach = float(rng.uniform(0.3, 1.0)) * (r + 0.8 * radius)
    turn = float(rng.uniform(0, 2 * math.pi))
    return x + reach * math.cos(turn), y + reach * math.sin(turn)


@dataclass(frozen=True, eq=False)
class Coarse:
    """A layout without evidence as its frames show it, at half their size: z-depth and ids."""

    layout: Layout
    frames: tuple[tuple[Float32Array, Int32Array], ...]

    @staticmethod
    def of(layout: Layout) -> Coarse:
        return Coarse(layout, _cast(layout, (*layout.ground, *(thing.body() for thing in layout.things))))

    def ids_with(self, items: tuple[Item, ...]) -> list[Int32Array]:
        """Return the ids of each frame once the evidence is there: things positive, evidence below -1."""
        if not items:
            return [ids for _, ids in self.frames]
        over = _cast(self.layout, tuple(item.body() for item in items))
        return [
            np.where((near > 0) & ((near < depth) | (depth == 0)), own, ids)
            for (depth, ids), (near, own) in zip(self.frames, over, strict=True)
        ]


def _cast(layout: Layout, bodies: tuple[Body, ...]) -> tuple[tuple[Float32Array, Int32Array], ...]:
    rays = RayScene(bodies)
    camera = layout.camera.resized(SIDE_PX // COARSE, SIDE_PX // COARSE)
    return tuple(rays.depth_and_ids(camera, pose) for pose in layout.path)


def sightings(layout: Layout, items: tuple[Item, ...], every_ids: list[Int32Array]) -> dict[int, list[Seen]]:
    """Return what each frame shows of each thing and item, by id; `every_ids` may be cast at any size."""
    solids = {thing.id: thing.mesh for thing in layout.things} | {item.id: item.mesh for item in items}
    factor = SIDE_PX / every_ids[0].shape[1]
    return {
        number: [
            seen(ids, number, projected_box(mesh, layout.camera, pose), factor)
            for ids, pose in zip(every_ids, layout.path, strict=True)
        ]
        for number, mesh in solids.items()
    }


def thing_shows(sights: list[Seen], spare: float = 1.0) -> bool:
    """Tell whether a thing is large enough and hardly hidden in every frame."""
    return all(
        s.longer_px >= spare * MIN_PX and s.pixels >= spare * MIN_PIXELS and s.share >= MIN_SHARE for s in sights
    )


def all_shows(coarse: Coarse, items: tuple[Item, ...], dose: Dose) -> bool:
    """Tell whether every frame shows all things, and the evidence as clearly, or as little, as its dose says."""
    layout = coarse.layout
    found = sightings(layout, items, coarse.ids_with(items))
    if not all(thing_shows(found[thing.id], SPARE) for thing in layout.things):
        return False
    sights = [sight for item in items for sight in found[item.id]]
    if dose == "strong":
        return all(s.longer_px >= STRONG_PX and s.pixels >= STRONG_PIXELS and s.share >= CLEAR_SHARE for s in sights)
    return all(WEAK_PIXELS[0] <= s.pixels <= WEAK_PIXELS[1] and s.longer_px >= WEAK_PX for s in sights)


def _may_show(layout: Layout, item: Item, dose: Dose) -> bool:
    """Tell from projections alone whether an item can be as visible as its dose says in every frame."""
    for pose in layout.path:
        box = projected_box(item.mesh, layout.camera, pose)
        if box is None:
            if item.kind.form == "solid" or dose == "weak":
                return False
            continue  # runs on behind the camera
        sides = [min(box[i + 2], SIDE_PX) - max(box[i], 0.0) for i in (0, 1)]
        if min(sides) <= 0 or (dose == "strong" and max(sides) < STRONG_PX):
            return False
        if dose == "weak" and not WEAK_PIXELS[0] <= sides[0] * sides[1] <= 4 * WEAK_PIXELS[1]:
            return False
    return True


def _stands_before(layout: Layout, item: Item) -> bool:
    """Tell from projections alone whether a standing item hides a thing in some frame."""
    if item.kind.form == "flat":
        return False
    for pose in layout.path:
        box, eye = projected_box(item.mesh, layout.camera, pose), pose.translation_m
        if box is None:
            return True
        for thing in layout.things:
            other = projected_box(thing.mesh, layout.camera, pose)
            nearer = distance_to(item.mesh, eye) < distance_to(thing.mesh, eye)
            if nearer and other is not None and overlap(box, other) > MAX_OVERLAP:
                return True
    return False
