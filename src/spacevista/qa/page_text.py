"""Numbers as a report writes them."""

from __future__ import annotations

import math


def percent(share: float, decimals: int = 0) -> str:
    """Return a share as people read it, plain text: "97 %"; "–" where it is NaN.

    What rounds to 0 or to 100 % without being it says so: "<0.01 %", ">99 %".
    """
    if math.isnan(share):
        return "–"
    if share in (0, 1):
        return f"{100 * share:g} %"
    step = 10.0**-decimals
    text = f"{100 * share:.{decimals}f}"
    if share > 0 and float(text) == 0:
        return f"<{step:g} %"
    if share < 1 and float(text) == 100:
        return f">{100 - step:g} %"
    return f"{text} %"
