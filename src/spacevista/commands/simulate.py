"""Worlds from seeds, written as captures."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from spacevista.captures.disk import CAPTURE_FILE, write_capture
from spacevista.commands.outcome import Outcome
from spacevista.commands.progress import counted
from spacevista.scales import Scale
from spacevista.sim.asset_worlds import foreign_id, foreign_world
from spacevista.sim.assets import AssetPack, load_pack
from spacevista.sim.seeds import open_seeds, world_id
from spacevista.sim.simulate import simulate
from spacevista.sim.unusual import unusual_id
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world


def run(scale: Scale, scenes: int, seed: int, out: Path, assets: Path | None = None, unusual: float = 0.0) -> Outcome:
    """Write the worlds `seed` to `seed + scenes - 1` of a scale to `out`, each in a folder named by its id.

    With `assets`, the folder of an asset pack, they are foreign worlds of its things. `unusual` is the share of objects
    that get an unusual size; the outcome names them and how many times their usual size they have.
    A world that is there already is left as it is: its seed says what it holds.

    Raises:
        SpacevistaError: a seed is held out for the benchmark.
    """
    started = time.perf_counter()
    seeds = open_seeds(seed, scenes)
    pack = load_pack(assets) if assets else None
    made = [write_world(scale, number, out, pack, unusual) for number in counted(seeds, scenes, "worlds")]
    seconds = time.perf_counter() - started
    folders = [str(world_folder(scale, number, out, pack, unusual)) for number in seeds]
    odd = {world.id: factors(world) for world in (world_of(scale, n, pack, unusual) for n in seeds)} if unusual else {}
    print(*folders, sep="\n")
    print(f"{sum(made)} worlds made, {scenes - sum(made)} were there, {seconds:.1f} s")
    return Outcome({"captures": folders, "made": sum(made), "unusual": odd, "seconds": round(seconds, 3)})


def world_folder(scale: Scale, seed: int, out: Path, pack: AssetPack | None, unusual: float = 0.0) -> Path:
    """Return the folder of a world, named by its id."""
    return out / unusual_id(foreign_id(pack, scale, seed) if pack else world_id(scale, seed), unusual)


def world_of(scale: Scale, seed: int, pack: AssetPack | None, unusual: float) -> World:
    """Build a world from a seed, of a pack's things if there is one."""
    return foreign_world(pack, scale, seed, unusual) if pack else make_world(scale, seed, unusual)


def factors(world: World) -> dict[str, float]:
    """Return how many times their usual size things have, by object id, as JSON holds it."""
    return {str(number): round(factor, 4) for number, factor in world.unusual.items()}


def write_world(scale: Scale, seed: int, out: Path, pack: AssetPack | None, unusual: float = 0.0) -> bool:
    """Render one world to its folder in `out`; False if a finished capture is there."""
    folder = world_folder(scale, seed, out, pack, unusual)
    if (folder / CAPTURE_FILE).is_file():
        return False
    world = world_of(scale, seed, pack, unusual)
    write_capture(simulate(world, np.random.default_rng(list(world.id.encode()))), folder)
    return True
