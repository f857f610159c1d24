"""Which things and kinds of evidence each visual token of a scene's frames shows, for the eye of the base.

    python -m experiments.all_scale.tokens out/lab/base [--workers 2]

writes `tokens.npz` beside the questions of a data set, for the scenes of its train part. Scenes are laid out anew from
their numbers and cast at half their size; nothing is shaded.
"""

from __future__ import annotations

import argparse
from multiprocessing import get_context
from pathlib import Path

import msgspec
import numba as nb
import numpy as np
from experiments.all_scale.build import scenes_at
from experiments.all_scale.evidence import KINDS
from experiments.all_scale.place import SIDE_PX, Coarse
from experiments.all_scale.record import LabManifest, read_scenes
from experiments.all_scale.scene import LabScene
from experiments.all_scale.splits import SplitName
from experiments.all_scale.things import NAMES

from spacevista.errors import DatasetError
from spacevista.geometry.arrays import Int32Array

TOKEN_PX = 28
TOKENS = SIDE_PX // TOKEN_PX  # along a side of a frame
COVERED = 0.25  # of a token's square, for it to show something
FILE = "tokens.npz"
CLASSES = (*NAMES, *(kind.name for kind in KINDS))  # bit k of a token: it shows CLASSES[k]


def shown(scene: LabScene) -> Int32Array:
    """Return what each token of each frame shows: bits, (frames, rows, columns)."""
    layout = scene.layout
    class_of = {thing.id: NAMES.index(thing.name) for thing in layout.things}
    class_of |= {item.id: len(NAMES) + KINDS.index(item.kind) for item in scene.items}
    out = np.zeros((len(layout.path), TOKENS, TOKENS), np.int32)
    for frame, ids in enumerate(Coarse.of(layout).ids_with(scene.items)):
        squares = ids.reshape(TOKENS, ids.shape[0] // TOKENS, TOKENS, -1)
        for number, place in class_of.items():
            out[frame] |= ((squares == number).mean(axis=(1, 3)) >= COVERED).astype(np.int32) << place
    return out


def read_tokens(data: Path) -> dict[str, Int32Array]:
    """Return the bits of each scene that has them (DatasetError: there are none)."""
    file = data / FILE
    if not file.is_file():
        raise DatasetError(
            f"{file}: expected what tokens show, got no such file; python -m experiments.all_scale.tokens"
        )
    with np.load(file, allow_pickle=False) as arrays:
        parts = np.split(arrays["bits"], arrays["ends"][:-1])
        return dict(zip(arrays["scenes"].tolist(), parts, strict=True))


def write_tokens(data: Path, workers: int) -> int:
    """Write the file of a data set; return how many scenes it holds."""
    split = msgspec.json.decode((data / "manifest.json").read_bytes(), type=LabManifest).settings.split
    numbers = sorted({int(scene.id.split("-")[2]) for scene in read_scenes(data) if scene.split == "train"})
    tasks = [(split, number) for number in numbers]
    if workers == 1:
        every = dict(_shown_in(*task) for task in tasks)
    else:
        with get_context("spawn").Pool(workers) as pool:
            every = dict(pool.starmap(_shown_in, tasks, 20))
    ends = np.cumsum([len(bits) for bits in every.values()])
    np.savez_compressed(data / FILE, scenes=np.array(list(every)), bits=np.concatenate(list(every.values())), ends=ends)
    return len(every)


def _shown_in(split: SplitName, number: int) -> tuple[str, Int32Array]:
    nb.set_num_threads(1)
    ((name, _, scene),) = scenes_at(split, number)
    return name, shown(scene)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    print(f"{write_tokens(given.data, given.workers)} scenes")


if __name__ == "__main__":
    main()
