"""Made-up lines of results for every released scorer: all question types, truths from 1 mm to 1 km, odd replies."""

import random
from typing import Any

from scoring_restated import PARQUET_NUMERIC, SPAR_MIDDLE, SPAR_NUMERIC, STI_SUB, VSI_NUMERIC

Row = dict[str, Any]

VSI_TYPES = (
    *VSI_NUMERIC,
    *(f"object_rel_direction_{level}" for level in ("easy", "medium", "hard")),
    *("object_rel_distance", "route_planning", "obj_appearance_order"),
)
STI_TYPES = (*STI_SUB, "3D Video Grounding", "Pose Estimation")
PAIRS = ("Cam.–Obj.", "Cam.–Reg.", "Cam.–Cam.", "Obj.–Obj.", "Obj.–Reg.", "Reg.–Reg.")
MMSI_TYPES = (
    *(f"Positional Relationship ({pair})" for pair in PAIRS),
    *("Attribute (Appr.)", "Attribute (Meas.)", "Motion (Cam.)", "Motion (Obj.)", "MSR"),
)
SPAR_WORDS = (
    *("obj_spatial_relation_oo", "obj_spatial_relation_oc_mv", "obj_spatial_relation_oo_mv", "spatial_imagination_oc"),
    *("spatial_imagination_oo", "spatial_imagination_oc_mv", "spatial_imagination_oo_mv"),
    *("distance_infer_center_oo", "distance_infer_center_oo_mv"),
)
PARQUET_LETTERS = (
    *("EXISTENCE", "COMPARISON_HEIGHT", "COMPARISON_WIDTH", "POSITION_ACROSS_FRAME"),
    *("APPEAR_ORDER", "CAMERA_MOVING", "SPATIAL_RELATION", "OBJECT_MATCHING"),
)
MOVES = tuple(
    f"{verb}_{way}" for verb in ("move", "rotate") for way in ("left", "right", "up", "down", "forward", "backward")
)
DRESSES = (
    *("{}", "<answer>{}</answer>", "<think>A or 3?</think><answer> {} </answer>", "<ANSWER>\n{}\n</Answer> B 7"),
    *("The answer is {}.", "<answer>{}", "<answer></answer>{}", "**{}**", "({})", "Answer: {}", "Ans='{}'", "{}\n\nB."),
    *("<answer>Option {}</answer>", "<answer>{} is correct</answer>", "<answer>about a {} metres</answer>", "{}\u2028"),
    *("<answer>{} was  correct, (E)</answer>", "答え{}です", "<answer>\x1c{}\x85</answer>", "twenty-one {}", "one {}"),
)


def letters(rng: random.Random) -> tuple[str, str]:
    reply = rng.choice(
        ("A", "B", "C", "D", "E", "a", "b", "F", "left", "B left", "C.", "D)", "A: yes", "AA", "É", "", "ſ")
    )
    truth = rng.choice("ABCDE")
    return truth, rng.choice((truth, reply))


def numbers(rng: random.Random) -> tuple[str, str]:
    true = float(f"{10 ** rng.uniform(-3, 3):.3g}") if rng.random() < 0.95 else 0.0
    # Ratios on the thresholds themselves, and anywhere.
    ratio = rng.choice((1.0, -1.0, rng.uniform(0.3, 1.7), 1 + rng.randint(-10, 10) / 20))
    value = true * ratio
    texts = (f"{value!r}", f"{value:.3f}", f"{value:e}", f"{value:,.1f}", f"{round(value)}", f"-{abs(value)}")
    words = ("three", "ninety metres", "a", "an inch", "Zero", "inf", "nan")
    odd = (*words, "٣.٥", "３", "½", "2^5", "x^3.5 and 4", "1e3", "")
    return repr(true), rng.choice((*texts, *texts, rng.choice(odd)))


def motions(rng: random.Random) -> tuple[str, str]:
    names = rng.sample(MOVES, 5)
    true = [round(rng.uniform(0, 2), 2) for _ in names]
    told = [round(v * rng.choice((1.0, rng.uniform(0.5, 1.5))), 2) for v in true]
    truth = ",".join(f"{name}:{value}" for name, value in zip(names, true, strict=True))
    between = rng.choice((",", ",", ", ", ";"))
    reply = between.join(f"{name}:{value}" for name, value in zip(names, told, strict=True))
    return truth, rng.choice(
        (reply, reply, reply, f"{reply};", f"{names[0]}:1,{names[0]}:2", f"{names[0]}:1:2", "left")
    )


def words(rng: random.Random) -> tuple[str, str]:
    truth = rng.choice(("left", "the red cup", "Yes", "move left 30cm"))
    return truth, rng.choice((truth, truth.upper(), f"{truth}.", f" {truth} ", "right", f"{truth} left"))


def line(benchmark: str, rng: random.Random) -> Row:
    fields: Row
    match benchmark:
        case "vsi_bench":
            fields = {"question_type": rng.choice(VSI_TYPES)}
            kind = numbers if fields["question_type"] in VSI_NUMERIC else letters
        case "sti_bench":
            fields, kind = {"task": rng.choice(STI_TYPES)}, letters
        case "mmsi_bench":
            fields, kind = {"question_type": rng.choice(MMSI_TYPES)}, letters
        case "spar_bench":
            task = rng.choice((*SPAR_NUMERIC, *SPAR_MIDDLE, *SPAR_WORDS, "view_change_infer"))
            fields = {"task": task, "image_type": rng.choice(("single_view", "multi_view"))}
            kind = numbers if task in SPAR_NUMERIC else motions if task == "view_change_infer" else letters
        case "spacevista_bench":
            answer_type = rng.choice(("mc", "numerical", "text"))
            fields = {
                "category": rng.choice(("Indoor", "Outdoor", "Tabletop", "TinyTabletop")),
                "original_type": rng.choice(("OBJECT_COUNTING", "DEPTH", "MATCH")),
                "answer_type": answer_type,
            }
            kind = {"mc": letters, "numerical": numbers, "text": words}[answer_type]
        case _:
            question_type = rng.choice((*PARQUET_NUMERIC, *PARQUET_LETTERS))
            numeric = question_type in PARQUET_NUMERIC
            fields = {"question_type": question_type, "task_type": "regression" if numeric else "multiple choice"}
            kind = numbers if numeric else letters
    truth, reply = kind(rng)
    return {**fields, "ground_truth": truth, "predicted_answer": rng.choice(DRESSES).format(reply)}
