"""A scene: a layout, its metres per unit, and the evidence for them. Made from its stream and number alone.

Sizes, things and dose are drawn once; only where everything stands is drawn again until the frames show what they
must. So what is thrown away cannot depend on the scale, and sizes stay as they were drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from experiments.all_scale.bands import ABOVE, BANDS, BELOW, GAPS, NEIGHBOURS, Sizes, draw_sizes
from experiments.all_scale.layout import Layout, draw_layout, draw_shapes, with_ground
from experiments.all_scale.place import Coarse, Item, Piece, all_shows, draw_evidence, place_items, things_fit
from experiments.all_scale.splits import DOSE_SHARES, DOSES, Dose, Stream, scene_key
from experiments.all_scale.things import NAMES

from spacevista.geometry.arrays import FloatArray
from spacevista.scales import Scale
from spacevista.sim.world import World

TRIALS = 3000
PLACINGS = 20  # of the evidence in one layout
SAME_KINDS = 25  # layouts that are tried with the same kinds of evidence
PAIR_STEPS = (0.3, 0.6)  # decades between the members of a pair that stay in one band


class SceneError(RuntimeError):
    """No layout was found that shows what it must; names the stream and the number."""


@dataclass(frozen=True, eq=False)
class LabScene:
    """One scene.

    Attributes:
        sizes: the range its sizes were drawn from.
        metres_per_unit: what a layout unit is in metres; the geometric mean of the things' longest dimensions.
        items: the evidence, in layout units.
    """

    stream: Stream
    number: int
    sizes: Sizes
    dose: Dose
    layout: Layout
    metres_per_unit: float
    items: tuple[Item, ...]

    def longest_m(self, thing_id: int) -> float:
        return self.layout.things[thing_id - 1].longest * self.metres_per_unit


def world_of(scene: LabScene) -> World:
    """Return the world to render, in layout units; evidence has negative ids, so it is no object of the world."""
    layout = scene.layout
    bodies = (*layout.ground, *(thing.body() for thing in layout.things), *(item.body() for item in scene.items))
    # The renderer does not look at the scale; the units are none of its five.
    return World("laboratory", scene.number, Scale.INDOOR, bodies, {}, layout.light, layout.camera, layout.path)


def make_scene(stream: Stream, number: int, sizes: Sizes | None = None, dose: Dose | None = None) -> LabScene:
    """Return the scene of a stream and number; `sizes` and `dose` replace what it would draw.

    Raises:
        SceneError: no layout shows what it must.
    """
    rng = np.random.default_rng(scene_key(stream, number))
    drawn = _sizes_of(stream, number)
    amount = DOSES[int(rng.choice(len(DOSES), p=DOSE_SHARES))]
    sizes, amount = sizes or drawn, dose or amount
    names = _names(stream, rng)
    longest_m = draw_sizes(sizes, len(names), rng)
    found = _arranged(names, longest_m, (1.0,), amount, rng)
    if found is None:
        raise SceneError(f"scene {stream} {number}: expected a layout within {TRIALS} trials, got none ({amount})")
    layout, (items,) = found
    return LabScene(stream, number, sizes, amount, layout, _middle(longest_m), items)


def make_pair(number: int) -> tuple[LabScene, LabScene]:
    """Return a counterfactual pair: one layout and camera, evidence of two scales: all sizes differ by one factor.

    Every second pair stays within its band, where the same kinds of evidence tell another size; the others cross to
    another band. Raises SceneError as `make_scene`.
    """
    rng = np.random.default_rng(scene_key("pairs", number))
    sizes = BANDS[number // 2 % len(BANDS)]
    names = _names("pairs", rng)
    steps = rng.uniform(-NEIGHBOURS / 2, NEIGHBOURS / 2, len(names))
    low, high = sizes.low + NEIGHBOURS / 2, sizes.high - NEIGHBOURS / 2
    first = float(rng.uniform(low, high))
    if number % 2:
        other = BANDS[(BANDS.index(sizes) + int(rng.integers(1, len(BANDS)))) % len(BANDS)]
        second = float(rng.uniform(other.low + NEIGHBOURS / 2, other.high - NEIGHBOURS / 2))
    else:  # towards the end of the band that is further away, which is 0.35 decades off or more
        other, step = sizes, float(rng.uniform(*PAIR_STEPS))
        second = min(first + step, high) if high - first > first - low else max(first - step, low)
    longest_m = 10.0 ** (first + steps)
    factor = 10.0 ** (second - first)
    found = _arranged(names, longest_m, (1.0, factor), "strong", rng)
    if found is None:
        raise SceneError(f"pair {number}: expected a layout within {TRIALS} trials, got none")
    layout, (one, two) = found
    middle = _middle(longest_m)
    scene = LabScene("pairs", number, sizes, "strong", layout, middle, one)
    return scene, replace(scene, sizes=other, metres_per_unit=middle * factor, items=two)


def _arranged(
    names: list[str], longest_m: FloatArray, factors: tuple[float, ...], dose: Dose, rng: np.random.Generator
) -> tuple[Layout, list[tuple[Item, ...]]] | None:
    """Return a layout that shows its things, and for each factor of the scale evidence that it shows as dosed."""
    middle = _middle(longest_m)
    longest = longest_m / middle
    shapes = draw_shapes(names, longest, rng)
    layouts = 0
    for _ in range(TRIALS):
        layout = draw_layout(names, shapes, longest, rng)
        if layout is None or not things_fit(layout):
            continue
        layout = with_ground(layout, rng)
        coarse = Coarse.of(layout)
        if not all_shows(coarse, (), "none"):
            continue
        if layouts % SAME_KINDS == 0:  # kept for many layouts, so that kinds that need more room are not left out
            chosen = [draw_evidence(middle * factor, dose, rng) for factor in factors]
        layouts += 1
        every = [_evidence(coarse, pieces, dose, rng) for pieces in chosen]
        if all(items is not None for items in every):
            return layout, [items for items in every if items is not None]
    return None


def _evidence(coarse: Coarse, pieces: list[Piece], dose: Dose, rng: np.random.Generator) -> tuple[Item, ...] | None:
    if dose == "none":
        return ()
    for _ in range(PLACINGS if pieces else 0):
        items = place_items(coarse.layout, pieces, dose, rng)
        if items is not None and all_shows(coarse, items, dose):
            return items
    return None


def _sizes_of(stream: Stream, number: int) -> Sizes:
    """Return the range of sizes of a scene: every band, gap or end in turn."""
    ranges = {"gaps": GAPS, "beyond": (BELOW, ABOVE)}.get(stream, BANDS)
    return ranges[number % len(ranges)]


def _names(stream: Stream, rng: np.random.Generator) -> list[str]:
    """Return which things a scene holds: all different, but for scenes of the base tasks, which count and match."""
    if stream != "base":
        return [NAMES[i] for i in rng.permutation(len(NAMES))[: int(rng.integers(2, 5))]]
    kinds = [NAMES[i] for i in rng.permutation(len(NAMES))[: int(rng.integers(2, 4))]]
    extra = [kinds[int(rng.integers(len(kinds)))] for _ in range(int(rng.integers(1, 3)))]
    return [*kinds, *extra][:4]


def _middle(lengths: FloatArray) -> float:
    """Return the geometric mean: 10 to the scale anchor."""
    return float(10.0 ** np.mean(np.log10(lengths)))
