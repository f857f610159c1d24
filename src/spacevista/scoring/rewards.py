"""Rewards for reinforcement learning: form, answer, scale, named object, and their progressive combination.

Source: SpaceVista (arXiv 2510.09606), section on the reward. R = R_progressive + R_format, where

    R_progressive = sum over n = 1..3 of the product over k = 1..n of R_k,    R_1..R_3 = answer, scale, semantic

so that a right scale earns nothing beside a wrong answer, and a right name nothing beside a wrong scale. A term that
does not apply to a question is None and left out of the sum. Answers and scales are read by the strict parser; what
cannot be read, or says several things, earns 0. All functions are pure, take a batch as lists and keep its order.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spacevista.scoring.completions import block, well_formed
from spacevista.scoring.errors import ScoringError
from spacevista.scoring.motion import DEAD_ZONE_DEG, read_motion
from spacevista.scoring.parse import read_length_m, read_letter, read_number
from spacevista.scoring.targets import Target

Embed = Callable[[list[str]], NDArray[np.floating[Any]]]  # n texts to n vectors (n x d); any length, not all zero

MAX_NAME_CHARACTERS = 80  # an object has a name; a list of all that might be there is none
# One number and one name of a unit, nothing else; what they mean is the parser's to say.
_ONE_LENGTH = re.compile(r"\+?\d[\d.,]*(?:e[+-]?\d{1,3})?\s*([^\W\d_]+|[′″])\.?", re.IGNORECASE)


def format_reward(completions: Sequence[str]) -> list[float]:
    """R_format = 1 where a completion is one <think>..</think> and then one <answer>..</answer>, else 0.

    Range: {0, 1}. Anchors stand inside the reasoning, each at most once; only blanks stand around the two blocks.

    >>> format_reward(["<think>It is small.</think><answer>B</answer>", "<answer>B</answer>", "B"])
    [1.0, 0.0, 0.0]
    """
    return [float(well_formed(completion)) for completion in completions]


def answer_reward(completions: Sequence[str], targets: Sequence[Target]) -> list[float | None]:
    """R_answer: 1 for the right letter, else 0; of a number p for the truth t, 1 - min(1, |p - t| / |t|).

    Range: [0, 1]; None for free questions. Where t = 0, it is 1 if p = 0, else 0. Of a camera's motion, on which the
    source is silent, it is the mean over shift and turn, each a vector in the same formula (a turn under 2 degrees
    counts as one of 2). Only the one answer block is looked at.

    >>> answer_reward(["<answer>54 mm</answer>", "<answer>(b)</answer>"], [Target("reg", "6", "cm"), Target("mc", "B")])
    [0.9, 1.0]
    """
    _same_length(completions=completions, targets=targets)
    return [_answer(completion, target) for completion, target in zip(completions, targets, strict=True)]


def scale_reward(
    completions: Sequence[str], scales_m: Sequence[float | None], base: float = 10.0
) -> list[float | None]:
    """R_scale = max(0, 1 - |log C - log C_true| / 2), where C is the length in the one <scale> block.

    Range: [0, 1]; None where `scales_m` is None. With the logarithm of base 10 it falls to 0 at two orders of
    magnitude. The block holds one positive number and a unit of length; anything else, or several blocks, gives 0.

    >>> scale_reward(["<scale>10 cm</scale>", "<scale>1 m</scale>", "<scale>large</scale>"], [0.1, 0.1, None])
    [1.0, 0.5, None]

    Raises:
        ScoringError: lists of different lengths, a base that is not over 1, or a true scale that is no positive length.
    """
    _same_length(completions=completions, scales_m=scales_m)
    if not (math.isfinite(base) and base > 1):
        raise ScoringError(f"scale_reward: expected a finite base over 1, got {base}")
    return [
        _scale(block(completion, "scale"), true, base) for completion, true in zip(completions, scales_m, strict=True)
    ]


def semantic_reward(named: Sequence[str | None], true: Sequence[str | None], embed: Embed) -> list[float | None]:
    """R_semantic = max(0, cosine) of the embeddings of the named and the true object.

    Range: [0, 1]; None where `true` is None. Nothing named (None or blank), or more than a name, gives 0. `embed` is
    called at most once, with each text once.

    >>> letters = lambda texts: np.array([[text.count("a"), text.count("b")] for text in texts])
    >>> semantic_reward(["aa", "b", None, "a"], ["a", "a", "a", None], letters)
    [1.0, 0.0, 0.0, None]

    Raises:
        ScoringError: lists of different lengths, or not one finite vector for each text.
    """
    _same_length(named=named, true=true)
    pairs = [(_name(said), truth) for said, truth in zip(named, true, strict=True)]
    texts = [text for said, truth in pairs if said and truth is not None for text in (said, truth)]
    vectors = _unit_vectors(texts, embed)
    return [None if truth is None else _cosine(said, truth, vectors) for said, truth in pairs]


def combined_reward(
    answer: Sequence[float | None],
    scale: Sequence[float | None],
    semantic: Sequence[float | None],
    normalize: bool = False,
) -> list[float | None]:
    """R_progressive = R_1 + R_1 R_2 + R_1 R_2 R_3 over the terms that apply, in the order answer, scale, semantic.

    Range: [0, number of terms], or [0, 1] with `normalize`, which divides by that number; None without an answer term.

    >>> combined_reward([0.5, 0.5, 1.0], [0.5, None, None], [1.0, 0.5, None])
    [1.0, 0.75, 1.0]
    >>> combined_reward([0.5], [0.5], [1.0], normalize=True) == [1 / 3]
    True
    """
    _same_length(answer=answer, scale=scale, semantic=semantic)
    rewards: list[float | None] = []
    for first, *others in zip(answer, scale, semantic, strict=True):
        if first is None:
            rewards.append(None)
            continue
        terms = [first, *(term for term in others if term is not None)]
        total = sum(math.prod(terms[: count + 1]) for count in range(len(terms)))
        rewards.append(total / len(terms) if normalize else total)
    return rewards


@dataclass(frozen=True)
class Rewards:
    """The reward of each completion of a batch, term by term, for training and for the log. None: does not apply."""

    format: list[float]
    answer: list[float | None]
    scale: list[float | None]
    semantic: list[float | None]
    progressive: list[float | None]
    total: list[float | None]


def progressive_reward(
    completions: Sequence[str],
    targets: Sequence[Target],
    embed: Embed | None = None,
    base: float = 10.0,
    normalize: bool = False,
) -> Rewards:
    """R = R_progressive + R_format of each completion, with all its terms.

    Range of `total`: [0, 4], or [0, 2] with `normalize`; None for free questions. Without `embed` no semantic term
    applies. A term applies to all completions of one question or to none, so a group is compared on one sum.

    >>> rewards = progressive_reward(
    ...     ["<think>A desk, <scale>10 cm</scale>.</think><answer>9 cm</answer>"],
    ...     [Target("reg", "10", "cm", scale_m=0.1)],
    ... )
    >>> rewards.answer, rewards.scale, rewards.semantic, rewards.total
    ([0.9], [1.0], [None], [2.8])

    Raises:
        ScoringError: as the functions of the terms.
    """
    _same_length(completions=completions, targets=targets)
    form = format_reward(completions)
    answer = answer_reward(completions, targets)
    scale = scale_reward(completions, [target.scale_m if target.has_scale else None for target in targets], base)
    semantic: list[float | None] = [None] * len(completions)
    if embed is not None:
        named = [block(completion, "semantic") for completion in completions]
        semantic = semantic_reward(named, [target.object_name for target in targets], embed)
    progressive = combined_reward(answer, scale, semantic, normalize)
    total = [None if earned is None else earned + formed for earned, formed in zip(progressive, form, strict=True)]
    return Rewards(form, answer, scale, semantic, progressive, total)


def _answer(completion: str, target: Target) -> float | None:
    if target.form == "free":
        return None
    text = block(completion, "answer")
    if text is None:
        return 0.0
    if target.form == "mc":
        return float(read_letter(text, target.option_count) == target.answer)
    truth = target.numbers()
    if len(truth) == 1:
        said = read_number(text, target.unit)
        return 0.0 if said is None else _closeness((said,), truth)
    moved = read_motion(text, target.unit)
    if moved is None or not all(map(math.isfinite, moved)):
        return 0.0
    yaw = truth[3] + math.remainder(moved[3] - truth[3], 360.0)  # 350 degrees to the left are 10 to the right
    shift, turn = _closeness(moved[:3], truth[:3]), _closeness((yaw, moved[4]), truth[3:], DEAD_ZONE_DEG)
    return (shift + turn) / 2


def _closeness(said: Sequence[float], true: Sequence[float], least: float = 0.0) -> float:
    """Return 1 - min(1, |said - true| / |true|) with lengths of vectors; `least` stands for a shorter true one."""
    error, size = math.dist(said, true), max(math.hypot(*true), least)
    if not math.isfinite(error):
        return 0.0
    return float(error == 0) if size == 0 else 1.0 - min(1.0, error / size)


def _scale(text: str | None, true_m: float | None, base: float) -> float | None:
    if true_m is None:
        return None
    if not (math.isfinite(true_m) and true_m > 0):
        raise ScoringError(f"scale_reward: expected true scales in metres over 0, or None, got {true_m}")
    said_m = read_length_m(text) if text and _ONE_LENGTH.fullmatch(text) else None
    if said_m is None or not (math.isfinite(said_m) and said_m > 0):
        return 0.0
    orders = abs(math.log10(said_m) - math.log10(true_m)) / math.log10(base)
    return max(0.0, 1.0 - orders / 2)


def _name(said: str | None) -> str | None:
    """Return what an anchor names; None where that is nothing, or more than a name."""
    name = (said or "").strip()
    return name if 0 < len(name) <= MAX_NAME_CHARACTERS else None


def _unit_vectors(texts: Sequence[str], embed: Embed) -> Mapping[str, NDArray[np.float64]]:
    """Return the embedding of each text, scaled to length 1 (zero stays zero)."""
    unique = list(dict.fromkeys(texts))
    if not unique:
        return {}
    vectors = np.asarray(embed(unique), dtype=np.float64)
    if vectors.ndim != 2 or len(vectors) != len(unique) or not np.isfinite(vectors).all():
        raise ScoringError(
            f"semantic_reward: expected one finite vector for each of {len(unique)} texts, "
            f"got an array of shape {vectors.shape}"
        )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return dict(zip(unique, vectors / np.where(lengths > 0, lengths, 1.0), strict=True))


def _cosine(said: str | None, true: str, vectors: Mapping[str, NDArray[np.float64]]) -> float:
    return 0.0 if said is None else float(np.clip(vectors[said] @ vectors[true], 0.0, 1.0))


def _same_length(**lists: Sized) -> None:
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) > 1:
        raise ScoringError(f"expected lists of one length, got {', '.join(f'{n}: {c}' for n, c in lengths.items())}")
