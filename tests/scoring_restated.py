"""How the released scorers score, stated again word by word and slowly; shares no code with the package."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

Row = dict[str, Any]

NUMBER_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
TENS_WORDS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
VSI_NUMERIC = ("object_abs_distance", "object_counting", "object_size_estimation", "room_size_estimation")
PARQUET_NUMERIC = (
    *("COUNTING", "DEPTH_all", "DEPTH", "HEIGHT", "WIDTH", "OBJECT_DISTANCE", "OBJECT_ROTATION", "ROOM_SIZE"),
    *("OBJECT_RELATIVE_DISTANCE", "CAMERA_ROTATION"),
)
SPAR_NUMERIC = (
    *("depth_prediction_oc", "depth_prediction_oo", "depth_prediction_oc_mv", "depth_prediction_oo_mv"),
    *("distance_prediction_oc", "distance_prediction_oo", "distance_prediction_oc_mv", "distance_prediction_oo_mv"),
)
SPAR_MIDDLE = ("view_change_infer", "position_matching", "camera_motion_infer")
STI_SUB = (
    "Dimensional Measurement",
    "Displacement & Path Length",
    "Ego-Centric Orientation",
    "Spatial Relation",
    "Speed & Acceleration",
    "Trajectory Description",
)


def inside_tags(text: str) -> str | None:
    found = re.search("<answer>(.*?)</answer>", text, re.S | re.I)
    return found.group(1).strip() if found else None


def mean_relative_accuracy(prediction: float, truth: float) -> float:
    error = abs(prediction - truth) / abs(truth) if truth != 0 else abs(prediction - truth)
    thresholds = np.linspace(0.5, 0.95, int((0.95 - 0.5) / 0.05 + 2))
    return float(np.mean([error <= 1 - threshold for threshold in thresholds]))


def equal(prediction: str, truth: str) -> float:
    return float(prediction.strip().lower() == truth.strip().lower())


def letter_score(text: str, truth: str) -> float:
    inside = inside_tags(text)
    answer = (text if inside is None else inside).strip()
    for letter in "ABCD":
        if re.match(letter + r"\b", answer, re.I):
            answer = letter
            break
    return equal(answer, truth)


def number_score(text: str, truth: str) -> float:
    inside = inside_tags(text)
    answer = (text if inside is None else inside).strip().lower()
    words = [*zip(NUMBER_WORDS, range(21), strict=True), *zip(TENS_WORDS, range(30, 100, 10), strict=True)]
    for word, value in [*words, ("a", 1), ("an", 1)]:
        if re.search(rf"\b{word}\b", answer):
            return mean_relative_accuracy(value, float(truth))
    found = re.search(r"-?\d+(\.\d+)?", answer)
    return mean_relative_accuracy(float(found.group()), float(truth)) if found else 0.0


def sti_score(text: str, truth: str) -> float:
    inside = inside_tags(text) if "<answer>" in text else None
    answer = text if inside is None else inside
    rules = (
        r"\(([A-E])\)",
        r"Ans\s*=\s*['\"]?([A-E])['\"]?",
        r"Answer\s*[:=]\s*([A-E])",
        r"Option\s+([A-E])",
        r"\b([A-E])\s*(?:is|was)\s*correct",
        r"\b([A-E])[.)]\s*$",
        r"^\s*([A-E])\s*$",
    )
    for rule in rules:
        if found := re.search(rule, answer, re.I | re.M):
            return equal(found.group(1), truth)
    if found := re.match(r"([A-E])\b", answer.strip(), re.I):
        return equal(found.group(1), truth)
    return equal(answer, truth)


def spar_motion(text: str) -> list[float]:
    amounts = {}
    for item in text.split(","):
        name, amount = item.split(":")
        amounts[name] = float(amount)
    pairs = ("move right left", "move up down", "move forward backward", "rotate right left", "rotate up down")
    split = (pair.split() for pair in pairs)
    return [amounts.get(f"{verb}_{plus}", 0) - amounts.get(f"{verb}_{minus}", 0) for verb, plus, minus in split]


def spar_score(text: str, truth: str, task: str) -> float:
    answer = inside_tags(text) or ""
    if task == "view_change_infer":
        try:
            pairs = zip(spar_motion(answer), spar_motion(truth), strict=True)
        except ValueError:
            return 0.0
        return float(np.mean([mean_relative_accuracy(p, t) for p, t in pairs]))
    if task in SPAR_NUMERIC:
        numbers = re.findall(r"(?<!\^)\d+\.\d+|(?<!\^)\d+", answer) or ["-1"]
        return mean_relative_accuracy(float(numbers[-1 if task.endswith("_mv") else 0]), float(truth))
    return equal(answer.split(" ")[0].rstrip("."), truth)


def score(benchmark: str, row: Row) -> float:
    text, truth = row["predicted_answer"], row["ground_truth"]
    match benchmark:
        case "sti_bench":
            return sti_score(text, truth)
        case "spar_bench":
            return spar_score(text, truth, row["task"])
        case "spacevista_bench" if row["answer_type"] == "text":
            inside = inside_tags(text)
            return equal(text if inside is None else inside, truth)
        case "spacevista_bench":
            return (number_score if row["answer_type"] == "numerical" else letter_score)(text, truth)
        case "vsi_bench":
            return (number_score if row["question_type"] in VSI_NUMERIC else letter_score)(text, truth)
        case "spacevista_parquet":
            return (number_score if row["question_type"] in PARQUET_NUMERIC else letter_score)(text, truth)
    return letter_score(text, truth)


def means(keys: Iterable[Any], scores: list[float]) -> dict[Any, float]:
    groups = defaultdict(list)
    for key, value in zip(keys, scores, strict=True):
        groups[key].append(value)
    return {key: float(np.mean(values)) for key, values in groups.items()}


def mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def vsi_overall(rows: list[Row], scores: list[float]) -> float:
    types = means([row["question_type"] for row in rows], scores)
    directions = [types.pop(f"object_rel_direction_{level}") for level in ("easy", "medium", "hard")]
    assert len(types) == 7  # and the averaged direction makes eight
    return mean([*types.values(), mean(directions)])


def sti_overall(rows: list[Row], scores: list[float]) -> tuple[float, float]:
    tasks = means([row["task"] for row in rows], scores)
    sub = mean(tasks[task] for task in STI_SUB)
    return mean([*tasks.values(), sub]), sub


def spar_overall(rows: list[Row], scores: list[float]) -> dict[str, float]:
    tasks = means([row["task"] for row in rows], scores)
    high = [value for task, value in tasks.items() if task not in SPAR_NUMERIC and task not in SPAR_MIDDLE]
    return {
        "overall": mean(tasks.values()),
        "low": mean(tasks[task] for task in SPAR_NUMERIC),
        "middle": mean(tasks[task] for task in SPAR_MIDDLE),
        "high": mean(high),
    }
