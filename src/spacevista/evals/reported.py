"""Scores that other people reported: apart from ours in every report, under `SOURCE`, never in one table with them.

Nobody here has run these models: prompts, frames, parsers and subsets may differ, and no intervals were given.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = "reported by the source"
SOURCE = "SpaceVista: All-Scale Visual Spatial Reasoning from mm to km (arXiv 2510.09606 v2), main table of results"
COLUMNS = ("mmsi_bench", "spar_bench", "vsi_bench", "sti_bench", "spacevista_bench")


@dataclass(frozen=True)
class Reported:
    """One row of the table: percent, in the order of `COLUMNS`; None where the source gives no figure."""

    model: str
    scores: tuple[float | None, ...]


REPORTED: tuple[Reported, ...] = (
    Reported("GPT-5", (40.7, 37.4, 44.2, 39.3, 33.7)),
    Reported("Gemini-2.5-pro", (36.9, 36.3, 45.0, 41.4, 33.8)),
    Reported("InternVL3.5-38B", (36.9, 31.0, 66.3, 39.2, 30.7)),
    Reported("Qwen2.5-VL-72B", (30.7, 32.4, 30.7, 40.7, 31.1)),
    Reported("Qwen2.5-VL-7B", (31.7, 33.1, 32.7, 32.1, 28.9)),
    Reported("Qwen2.5-VL-7B + SpaceVista-1M", (27.3, 36.9, 42.0, 35.0, 29.5)),
    Reported("SpaceVista-7B", (29.1, 38.1, 46.3, 35.9, 35.4)),
    Reported("SpaceVista-7B + RL", (32.3, 41.6, 48.6, 38.2, 39.2)),
    Reported("human", (97.2, 67.3, 79.2, None, 81.3)),
)
