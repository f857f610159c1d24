"""Worlds from seeds, written as captures."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from spacevista.captures.disk import write_capture
from spacevista.commands.outcome import Outcome
from spacevista.commands.progress import counted
from spacevista.scales import Scale
from spacevista.sim.simulate import simulate
from spacevista.sim.worlds import make_world


def run(scale: Scale, scenes: int, seed: int, out: Path) -> Outcome:
    """Write the worlds `seed` to `seed + scenes - 1` of a scale to `out`, each in a folder named by its id."""
    started = time.perf_counter()
    folders = [write_world(scale, number, out) for number in counted(range(seed, seed + scenes), scenes, "worlds")]
    seconds = time.perf_counter() - started
    for folder in folders:
        print(folder)
    print(f"{scenes} worlds in {seconds:.1f} s")
    return Outcome({"captures": [str(folder) for folder in folders], "seconds": round(seconds, 3)})


def write_world(scale: Scale, seed: int, out: Path) -> Path:
    """Render one world and return the folder of its capture."""
    world = make_world(scale, seed)
    folder = out / world.id
    write_capture(simulate(world, np.random.default_rng(list(world.id.encode()))), folder)
    return folder
