"""Trace files, the statistics of the experts' use, and the page of `spacevista explain`."""

import re

import numpy as np
import pytest

from spacevista.commands import explain
from spacevista.commands.explain_figures import MOST_DRAWN, sizes_svg, thinned
from spacevista.errors import SpacevistaError
from spacevista.traces import TraceError, TraceRow, random_labels, read_traces, usage, write_traces


def row(number=0, scale="indoor", weights=((0.5, 0.5),), **fields):
    return TraceRow(id=f"q{number}", scale=scale, weights=[list(layer) for layer in weights], **fields)


def test_use_of_one_expert_a_scale():
    # Four sequences, two scales, each with an expert of its own: the mean is (1/2, 1/2), 1 bit; each row has 0 bits;
    # the expert tells the scale: 1 bit.
    weights = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    found = usage(weights, ["indoor", "indoor", "drone", "drone"])
    assert (found.of_mean, found.mean_of, found.with_scale) == pytest.approx((1.0, 0.0, 1.0))


def test_use_of_all_experts_alike_tells_nothing():
    found = usage(np.full((4, 4), 0.25), ["indoor", "indoor", "drone", "drone"])
    assert (found.of_mean, found.mean_of, found.with_scale) == pytest.approx((2.0, 2.0, 0.0))


def test_a_random_partition_tells_nothing_and_a_collapse_neither():
    partition = usage(np.array([[1.0, 0.0], [0.0, 1.0]] * 2), ["indoor", "indoor", "drone", "drone"])
    assert (partition.of_mean, partition.mean_of, partition.with_scale) == pytest.approx((1.0, 0.0, 0.0))
    collapse = usage(np.array([[1.0, 0.0]] * 2), ["indoor", "drone"])
    assert (collapse.of_mean, collapse.mean_of, collapse.with_scale) == (0.0, 0.0, 0.0)


def test_information_of_soft_weights():
    # Means a scale (3/4, 1/4) and (1/4, 3/4): H = 1 bit less H(3/4, 1/4) = 0.8113 bits.
    found = usage(np.array([[0.75, 0.25], [0.25, 0.75]]), ["indoor", "drone"])
    assert found.with_scale == pytest.approx(1 - 0.8112781)


def test_use_of_nothing_is_refused():
    with pytest.raises(TraceError, match="0 and 0"):
        usage(np.zeros((0, 2)), [])
    with pytest.raises(TraceError, match="1 and 2"):
        usage(np.full((2, 2), 0.5), ["indoor"])


def test_random_labels_are_fixed_even_and_blind_to_their_order():
    ids = [f"scene{number}" for number in range(4000)]
    labels = random_labels(ids, 4)
    assert labels == random_labels(ids, 4)
    assert labels[::-1] == random_labels(ids[::-1], 4)
    assert labels != random_labels(ids, 4, seed=1)
    # 4000 draws of 1/4: standard deviation sqrt(4000 * 3 / 16) = 27.
    assert all(abs(labels.count(expert) - 1000) < 5 * 27 for expert in range(4))


def test_traces_out_and_in_again(tmp_path):
    rows = [row(0), row(1, "drone", [(0.1, 0.9)], log10_size=1.5, log10_size_sd=0.2, true_log10_size=1.4)]
    write_traces(tmp_path / "t.jsonl", rows)
    assert read_traces(tmp_path / "t.jsonl") == rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1 or more trace rows"),
        ("{", "line 1"),
        ('{"id": "a", "scale": ""}', "line 1.*weights"),
        ('{"id": "a", "scale": "", "weights": []}', "line 1"),
        ('{"id": "a", "scale": "", "weights": [[]]}', "line 1"),
        ('{"id": "a", "scale": "", "weights": [[0.5, 0.2]]}', "sum 1"),
        ('{"id": "a", "scale": "", "weights": [[-0.5, 1.5]]}', "sum 1"),
        ('{"id": "a", "scale": "", "weights": [[1.0]], "extra": 1}', "extra"),
        ('{"id": "a", "scale": "", "weights": [[1.0], [0.5, 0.5]]}', r"\[1, 2\]"),
        ('{"id": "a", "scale": "", "weights": [[1.0]], "log10_size": 1.0}', "log10_size_sd"),
        ('{"id": "a", "scale": "", "weights": [[1.0]], "log10_size": 1.0, "log10_size_sd": -1.0}', "log10_size_sd"),
    ],
)
def test_a_file_that_is_no_trace(tmp_path, text, message):
    path = tmp_path / "t.jsonl"
    path.write_text(text)
    with pytest.raises(TraceError, match=message) as caught:
        read_traces(path)
    assert "t.jsonl" in str(caught.value)


def test_rows_of_two_models_are_refused(tmp_path):
    write_traces(tmp_path / "t.jsonl", [row(), row(weights=[(1.0, 0.0, 0.0)])])
    with pytest.raises(TraceError, match=r"line 2: expected layers of \[2\] weights, got \[3\]"):
        read_traces(tmp_path / "t.jsonl")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(TraceError, match="No such file"):
        read_traces(tmp_path / "t.jsonl")


@pytest.fixture
def traces(tmp_path):
    rows = [
        row(0, "drone", [(0.1, 0.9), (0.2, 0.8)], log10_size=1.5, log10_size_sd=0.2, true_log10_size=1.4),
        row(1, "tiny_tabletop", [(1.0, 0.0), (0.9, 0.1)], log10_size=-2.0, log10_size_sd=0.1),
        row(2, "<b>x", [(0.5, 0.5), (0.5, 0.5)], log10_size=-300.0, log10_size_sd=50.0),
        row(3, "indoor", [(0.0, 0.0), (0.0, 0.0)]),
    ]
    write_traces(tmp_path / "t.jsonl", rows)
    return tmp_path / "t.jsonl"


def test_the_page(traces, tmp_path):
    outcome = explain.run(traces, tmp_path / "out" / "page.html", ["small <i>", "large"])
    page = (tmp_path / "out" / "page.html").read_text()
    assert outcome.passed
    assert outcome.figures["sequences"] == 3
    assert outcome.figures["without_video"] == 1
    assert outcome.figures["scales"] == ["Tiny Tabletop", "Drone view", "<b>x"]
    assert outcome.figures["bits"]["of_mean"] > 0
    assert page.index("Tiny Tabletop (1)") < page.index("Drone view (1)")
    assert "<b>x" not in page
    assert "<i>" not in page
    # Nothing from outside, no script, and no style that the page's own policy forbids.
    assert not re.search(r"<script|https?://|\sstyle=|\son\w+=", page)
    # Two layers of two experts for each of three scales, and their exact weights.
    assert page.count("<rect") == 12
    assert "<title>0.900</title>" in page
    # Three predictions, one with a known truth.
    assert page.count('r="3"') == 3
    assert page.count('r="3.2"') == 1
    assert "31.6" not in page
    assert "32 m" in page  # 10^1.5 m


def test_text_alone_has_a_page_too(tmp_path):
    write_traces(tmp_path / "t.jsonl", [row(weights=[(0.0, 0.0)])])
    outcome = explain.run(tmp_path / "t.jsonl", tmp_path / "page.html")
    assert outcome.figures["sequences"] == 0
    assert outcome.figures["bits"] is None
    assert "</main>" in (tmp_path / "page.html").read_text()


def test_names_must_fit(traces, tmp_path):
    with pytest.raises(SpacevistaError, match="names for 2 experts, got 3"):
        explain.run(traces, tmp_path / "page.html", ["a", "b", "c"])
    assert not (tmp_path / "page.html").exists()


def test_many_rows_are_thinned_evenly():
    rows = [row(number, log10_size=number / 1000, log10_size_sd=0.1) for number in range(1000)]
    assert len(thinned(rows)) == MOST_DRAWN
    assert thinned(rows)[0] == rows[0]
    assert thinned(rows)[-1] == rows[-1]
    assert sizes_svg(rows, ["indoor"]).count('r="3"') == MOST_DRAWN
