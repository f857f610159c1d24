"""Do the placeholder tokens of a prompt stand for the pictures and videos that come with it?

Without these checks a forward whose pixel values got lost on the way, as some trainers lose them, runs on the
embeddings of the placeholders themselves, and one without the tokens' types has wrong positions, both silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedConfig

from spacevista.models.dense import Grid, check_pixels, patch_layout
from spacevista.models.errors import ModelError

PIXELS = {"image": "pixel_values", "video": "pixel_values_videos"}


def check_inputs(
    config: PreTrainedConfig, input_ids: Tensor | None, inputs: Mapping[str, Any], needs: Sequence[str], by_slot: bool
) -> None:
    """Check a prompt before anything is computed from it.

    Steps of generation are not checked: their prompt was, when it came, and its features were computed then.

    Args:
        config: of the whole model.
        input_ids: batch x length, or None where embeddings are given: then there is nothing to check.
        inputs: the other arguments of a forward.
        needs: what must come with the pixel values of a video; the first also with those of a picture.
        by_slot: the tokens of a video stand in one run for each temporal slot (Qwen3-VL), not in one for all.

    Raises:
        ModelError: pixel values and grids have different counts, the runs of placeholders are not those of the pictures
            and videos, or an argument is missing.
    """
    if input_ids is None or _in_cache(inputs):
        return
    layout = patch_layout(config.vision_config)
    for kind, pixels in PIXELS.items():
        if (inputs.get("mm_encoder_outputs") or {}).get(kind) is not None:
            continue
        grids = _grids(inputs.get(f"{kind}_grid_thw"))
        given = inputs.get(pixels) is not None
        if bool(grids) != given:
            raise ModelError(f"expected {pixels} and {kind}_grid_thw together, got {pixels if given else 'grids'} only")
        if given:
            check_pixels(inputs[pixels], grids, layout)
        missing = [name for name in (needs if kind == "video" else needs[:1]) if inputs.get(name) is None]
        if given and missing:
            raise ModelError(f"expected {missing[0]} with {pixels}, got none: the positions would be wrong")
        expected = [layout.tokens(run) for grid in grids for run in _runs_of(grid, kind == "video" and by_slot)]
        got = run_lengths(input_ids == getattr(config, f"{kind}_token_id"))
        if got != expected:
            raise ModelError(
                f"expected {sum(expected)} {kind} tokens in runs of {_short(expected)} for {len(grids)} {kind}s, "
                f"got {sum(got)} in runs of {_short(got)}"
            )


def run_lengths(mask: Tensor) -> list[int]:
    """Return the lengths of the runs of True in a batch x length mask, row by row."""
    steps = functional.pad(mask.to(torch.int8), (1, 1)).diff(dim=1)
    starts, ends = (torch.nonzero(steps == sign)[:, 1] for sign in (1, -1))
    lengths: list[int] = (ends - starts).tolist()
    return lengths


def _in_cache(inputs: Mapping[str, Any]) -> bool:
    cache = inputs.get("past_key_values")
    return cache is not None and int(cache.get_seq_length()) > 0


def _grids(grids: Tensor | None) -> list[Grid]:
    return [] if grids is None else [(int(t), int(h), int(w)) for t, h, w in grids.tolist()]


def _runs_of(grid: Grid, by_slot: bool) -> list[Grid]:
    slots, rows, columns = grid
    return [(1, rows, columns)] * slots if by_slot else [grid]


def _short(lengths: Sequence[int]) -> str:
    shown = ", ".join(str(n) for n in lengths[:8])
    return f"[{shown}{', ...' if len(lengths) > 8 else ''}]"
