"""Foreign worlds: things of an asset pack where the generators put theirs, seen by the same cameras.

On the tables of the generated worlds, in a bare room, on a square, or on a meadow from the air.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.geometry.planes import Plane
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.sim.asset_files import AssetError
from spacevista.sim.asset_places import (
    FROM_THE_AIR,
    IN_ROOMS,
    ON_SQUARES,
    Place,
    Things,
    from_the_air,
    in_room,
    on_square,
)
from spacevista.sim.assets import Asset, AssetFile, AssetPack, open_asset
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import hue_color, varied
from spacevista.sim.layouts import tabletop, tiny_tabletop
from spacevista.sim.layouts.desk import camera_path, cloth_top, lamp_light, room, spread, wood_top
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.unusual import with_unusual
from spacevista.sim.world import Material, Texture, World

COUNT = (6, 9)
TRIES = 5  # files of one category before the next has its turn: most parts are of another size than the world
MOST_OPENED = 400  # files, before a pack is said to have too few things of the size
Span = tuple[float, float]


def foreign_world(pack: AssetPack, scale: Scale, seed: int, unusual: float = 0.0) -> World:
    """Build world `seed` of a scale from the things of a pack; what they stand on is z = 0.

    The same files and seed give the same world. `unusual` is the share of objects that get an unusual size.

    Raises:
        AssetError: the pack has fewer than six things of the world's size.
        ValueError: the seed is negative.
    """
    if seed < 0:
        raise ValueError(f"expected a seed of 0 or more, got {seed}")
    rng = world_rng(scale, seed)
    place = _place(pack, scale, rng)
    world = World(
        id=foreign_id(pack, scale, seed),
        seed=seed,
        scale=scale,
        bodies=(*place.structure, *place.things),
        supports={body.id: Plane(np.array([0.0, 0.0, 1.0]), 0.0) for body in place.things},
        light=place.light,
        camera=place.camera,
        path=place.path,
        floor_polygon_m=place.floor_polygon_m,
        licence=pack.licence,
        source=pack.source,
    )
    return with_unusual(world, unusual) if unusual else world


def _place(pack: AssetPack, scale: Scale, rng: np.random.Generator) -> Place:
    match scale:
        case Scale.TINY_TABLETOP:
            grades = tiny_tabletop.GRADES
            grade = grades[int(rng.choice(len(grades), p=[grade.share for grade in grades]))]
            focal = float(rng.uniform(*grade.focal_px))
            camera = Camera(640, 480, focal, focal, 320.0, 240.0)
            things = _things(pack, grade.longest_m, rng)
            return _on_table(things, scale, camera, tiny_tabletop.RING_M, tiny_tabletop.THREAD_M, rng)
        case Scale.TABLETOP:
            camera = Camera.from_fov(640, 480, float(rng.uniform(40, 80)))
            things = _things(pack, SCALE_FACTS[scale].object_size_m, rng)
            return _on_table(things, scale, camera, (0.008, 0.02), tabletop.THREAD_M, rng)
        case Scale.INDOOR:
            return in_room(_things(pack, _one_of(IN_ROOMS, rng), rng), rng)
        case Scale.OUTDOOR:
            return on_square(_things(pack, _one_of(ON_SQUARES, rng), rng), rng)
        case Scale.DRONE:
            return from_the_air(_things(pack, _one_of(FROM_THE_AIR, rng), rng), rng)


def _one_of(spans: tuple[Span, ...], rng: np.random.Generator) -> Span:
    return spans[int(rng.integers(len(spans)))]


def _on_table(
    things: Things, scale: Scale, camera: Camera, ring_m: Span, thread_m: Span, rng: np.random.Generator
) -> Place:
    """Put things on the table of the generated worlds; `ring_m`, `thread_m`: grain of its wood and cloth."""
    bodies, half = spread(things, rng)
    top = wood_top(rng, ring_m) if rng.random() < 0.6 else cloth_top(rng, thread_m)
    structure = room(rng, top)
    path = camera_path(bodies, half, camera, SCALE_FACTS[scale].camera_distance_m[0], rng)
    return Place(structure, tuple(bodies), lamp_light(rng), camera, path)


def _things(pack: AssetPack, longest_m: Span, rng: np.random.Generator) -> Things:
    return [(asset.category, Shape(asset.mesh, _materials(asset, rng))) for asset in _drawn(pack, longest_m, rng)]


def foreign_id(pack: AssetPack, scale: Scale, seed: int) -> str:
    """Return the id of a foreign world, unique over packs of different names ("kicad-tiny_tabletop-000017")."""
    return f"{pack.name}-{world_id(scale, seed)}"


def _drawn(pack: AssetPack, longest_m: tuple[float, float], rng: np.random.Generator) -> list[Asset]:
    """Draw six to nine things: every category once before any comes again, no file twice."""
    wanted = int(rng.integers(COUNT[0], COUNT[1] + 1))
    drawn: list[Asset] = []
    refused: Counter[str] = Counter()
    waiting = _turns(pack, rng)
    while waiting and len(drawn) < wanted and len(drawn) + refused.total() < MOST_OPENED:
        files = waiting.pop(0)
        for _ in range(min(TRIES, len(files))):
            try:
                drawn.append(_fitting(files.pop(), longest_m))
                break
            except AssetError as error:
                refused[error.reason] += 1
        if files:
            waiting.append(files)
    if len(drawn) < COUNT[0]:
        counts = ", ".join(f"{reason} {count}" for reason, count in refused.most_common())
        wish = f"pack {pack.name}: expected {COUNT[0]} of {longest_m[0]:g} to {longest_m[1]:g} m, got {len(drawn)}"
        raise AssetError("too few things", f"{wish}; refused: {counts or 'none'}")
    return drawn


def _turns(pack: AssetPack, rng: np.random.Generator) -> list[list[AssetFile]]:
    """Return the files of each category in random order, the categories in random order."""
    categories: dict[str, list[AssetFile]] = {}
    for entry in pack.files:
        categories.setdefault(entry.category, []).append(entry)
    groups = list(categories.values())
    return [[groups[i][j] for j in rng.permutation(len(groups[i]))] for i in rng.permutation(len(groups))]


def _fitting(entry: AssetFile, longest_m: tuple[float, float]) -> Asset:
    asset = open_asset(entry)
    if not longest_m[0] <= asset.longest_m <= longest_m[1]:
        low, high = longest_m
        raise AssetError("other size", f"{asset.name}: expected {low:g} to {high:g} m, got {asset.longest_m:g} m")
    return asset


def _materials(asset: Asset, rng: np.random.Generator) -> tuple[Material, ...]:
    """Return the colours of the file, or one muted colour drawn for it."""
    if asset.colors:
        return tuple(Material(color, gloss=0.3) for color in asset.colors)
    color = hue_color(float(rng.uniform()), float(rng.uniform(0.1, 0.8)), float(rng.uniform(0.3, 0.7)))
    period = 0.1 * asset.longest_m
    return (Material(color, varied(rng, color, 0.3), Texture.NOISE, texture_m=period, gloss=0.2),)
