"""Tennis court: a mat with the lines of singles and doubles, a net between two posts, another colour around."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import Span, block, choice
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "tennis court"
# Rules of tennis: 23.77 x 10.97 m (8.23 m for singles), service lines 6.40 m from the net, net 0.914 m in the middle
# and 1.07 m at the posts 12.80 m apart; run-offs of 5.5-6.4 m behind and 3.05-3.66 m beside. The mat is 0.12 m high.
LONG_M, WIDE_M, SINGLES_M, SERVICE_M, NET_M = 23.77, 10.97, 8.23, 6.40, 1.0
BEHIND_M = (5.5, 6.4)
BESIDE_M = (3.05, 3.66)
BASE_M = 0.12
LINE_M = 0.10  # as wide as a base line may be
AROUND, COURT, LINE, NET = range(4)


def build(rng: np.random.Generator) -> Shape:
    """Draw a court; its length is along x."""
    x, y, singles = LONG_M / 2, WIDE_M / 2, SINGLES_M / 2
    far, out = x + rng.uniform(*BEHIND_M), y + rng.uniform(*BESIDE_M)
    parts: list[Mesh] = [
        block((-far, far), (-out, out), (0, BASE_M), AROUND),
        block((-x, x), (-y, y), (0.02, BASE_M + 0.004), COURT),
        block((-0.03, 0.03), (-6.40, 6.40), (BASE_M, BASE_M + NET_M), NET),
    ]
    for across in (-y, -singles, singles, y):
        parts.append(_line((-x, x), (across - LINE_M / 2, across + LINE_M / 2)))
    for along in (-x, -SERVICE_M, SERVICE_M, x):
        reach = y if abs(along) == x else singles
        parts.append(_line((along - LINE_M / 2, along + LINE_M / 2), (-reach, reach)))
    parts.append(_line((-SERVICE_M, SERVICE_M), (-LINE_M / 2, LINE_M / 2)))
    for side in (-1, 1):
        parts.append(block((-0.06, 0.06), (side * 6.40 - 0.06, side * 6.40 + 0.06), (BASE_M, BASE_M + 1.07), NET))
    clay, green, blue = (0.42, 0.16, 0.08), (0.06, 0.20, 0.10), (0.05, 0.14, 0.32)
    pairs = ((clay, clay), (green, blue), (green, clay), (clay, green))
    around, court = (choice(rng, (color,)) for color in pairs[int(rng.integers(len(pairs)))])
    mats = [
        Material(c, (0.9 * c[0], 0.9 * c[1], 0.9 * c[2]), Texture.NOISE, texture_m=1.5, gloss=0.03)
        for c in (around, court)
    ]
    return Shape(
        settled(union(*parts)),
        (*mats, Material((0.82, 0.82, 0.80), gloss=0.05), Material((0.10, 0.10, 0.10), gloss=0.05)),
    )


def _line(x: Span, y: Span) -> Mesh:
    return block(x, y, (BASE_M, BASE_M + 0.008), LINE)
