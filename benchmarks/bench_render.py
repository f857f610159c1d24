"""Milliseconds to render a 640 x 480 frame (colour, depth, ids; sun, 4 occlusion rays, noise) at every scale.

Rival: the same passes in plain numpy (numpy_shading.py). Run: python benchmarks/bench_render.py [repeats]
Building the world and compiling the kernels (in a fresh cache, paid once a machine) are results of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import numba as nb
import numpy as np

from common import Result, in_milliseconds, report, timed
from numpy_shading import NumpyRenderer
from spacevista.scales import Scale
from spacevista.sim.render import Renderer
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world

SEED = 0
SIZE_PX = 640, 480
RIVAL = "numpy"

COMPILE = """
import time
import numpy as np
from spacevista.scales import Scale
from spacevista.sim.render import Renderer
from spacevista.sim.worlds import make_world
world = make_world(Scale.TABLETOP, 0)
camera = world.camera.resized(64, 48)
start = time.perf_counter()
Renderer(world).all(camera, world.path[0], np.random.default_rng(0))
print(time.perf_counter() - start)
"""


def main(repeats: int) -> None:
    results = [Result("compile_cold_cache", compile_seconds(), "s")]
    cores = [1, 2] if nb.config.NUMBA_NUM_THREADS >= 2 else [1]
    for scale in Scale:
        results += measure_scale(scale, cores, repeats)
    report("bench_render", results, ("numpy", "numba", "embreex"))


def measure_scale(scale: Scale, cores: list[int], repeats: int) -> list[Result]:
    start = time.perf_counter()
    world = make_world(scale, SEED)
    built = time.perf_counter()
    ours, rival = Renderer(world), NumpyRenderer(world)
    results = [Result(f"build_world_{scale}", 1e3 * (built - start), "ms")]
    results += in_milliseconds(f"build_renderer_{scale}", timed(lambda: Renderer(world), 3))
    for count in cores:
        nb.set_num_threads(count)
        mine = timed(lambda: frame(ours, world), repeats)
        theirs = timed(lambda: frame(rival, world), max(3, repeats // 3))
        results += in_milliseconds(f"ms_per_frame_{scale}_{count}core", mine)
        results += in_milliseconds(f"{RIVAL}_ms_per_frame_{scale}_{count}core", theirs)
        results.append(Result(f"times_faster_than_{RIVAL}_{scale}_{count}core", theirs.median_s / mine.median_s, "x"))
    return results


def frame(renderer: Renderer | NumpyRenderer, world: World) -> object:
    pose = world.path[len(world.path) // 2]
    return renderer.all(world.camera.resized(*SIZE_PX), pose, np.random.default_rng(SEED))


def compile_seconds() -> float:
    """Return the seconds of the first frame in a process with an empty kernel cache."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        done = subprocess.run(  # noqa: S603 (our own constant program)
            [sys.executable, "-c", COMPILE], env=environment, capture_output=True, text=True, check=True
        )
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
