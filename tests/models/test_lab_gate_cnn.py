"""The second gate of the laboratory: what its network sees and how its answers are summed up."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from experiments.all_scale.evidence import KINDS  # noqa: E402
from experiments.all_scale.gate_cnn import GREY, SIDE, Cuts, Network, _cut, answers, report, train  # noqa: E402
from PIL import Image  # noqa: E402


def cuts_of(log_m: list[float], dose: str) -> Cuts:
    rng = np.random.default_rng(0)
    count = len(log_m)
    return Cuts(
        rng.integers(0, 255, (count, SIDE + 9, SIDE + 9, 3)).astype(np.uint8),
        np.array(log_m),
        [f"s{number // 2}:{number % 2}" for number in range(count)],
        ["indoor"] * count,
        [dose] * count,
        np.zeros((count, len(KINDS)), np.float32),
    )


def test_a_cut_is_four_boxes_wide_with_the_box_in_its_middle() -> None:
    # A white box of 20 x 10 px at the left border: the cut is 80 px wide, from x = -30 to 50; at 160 px the box spans
    # pixels 60 to 100 across and 70 to 90 down, and the 30 px (60 in the cut) left of the picture are grey.
    frame = Image.new("RGB", (224, 224), "black")
    frame.paste("white", (0, 100, 20, 110))
    cut = _cut(frame, (0.0, 100.0, 20.0, 110.0), 160, 4.0)
    assert cut.shape == (160, 160, 3)
    assert (cut[:, :58] == GREY).all()
    assert (cut[72:88, 62:98] == 255).all()
    assert (cut[:, 104:] == 0).all()


def test_errors_are_of_things_and_guesses_are_told_apart() -> None:
    # Truth 1 m and 10 m, told 1.1 m and 8 m: errors 0.1 and 0.2. The constant guess, the middle, is 0.5 decades off.
    cuts = cuts_of([0.0, 1.0], "strong")
    told = {"s0:0": float(np.log10(1.1)), "s0:1": float(np.log10(8.0))}
    every = cuts_of([0.0, 1.0], "strong")
    found = report(cuts, told, every, seed=0)["strong"]
    assert found["median_error"] == pytest.approx(0.15)
    assert found["constant_median_log10"] == pytest.approx(0.5)
    assert found["things"] == 2


def test_training_ends_in_time_and_answers_every_thing() -> None:
    torch.set_num_threads(1)
    cuts = cuts_of(np.linspace(-2, 2, 50).tolist(), "strong")
    network, epochs = train(cuts, seed=0, minutes=0.01)
    assert epochs >= 1
    assert isinstance(network, Network)
    assert set(answers(network, cuts)) == set(cuts.thing)
