"""Traces of a forward: what they hold, and the rows that `spacevista explain` draws."""

# ruff: noqa: E402

import pytest

torch = pytest.importorskip("torch")

from tiny_vl import batch_of, prompt, router_of, stir, tiny_model

from spacevista.commands import explain
from spacevista.models.anchors import support
from spacevista.models.errors import ModelError
from spacevista.models.expert_settings import ExpertSettings
from spacevista.models.experts import attach_experts
from spacevista.models.trace import trace_rows
from spacevista.traces import write_traces


def trace_of(mode, see="visual", generate=0):
    model = tiny_model()
    experts = attach_experts(model, ExpertSettings(4, 3, 6.0), router_of(mode, 4, see))
    stir(model)
    inputs = batch_of([prompt(0), prompt(1, words=7), prompt(2, video=False)], seeds=[0, 1, 2])
    with experts.tracing() as traces, torch.no_grad():
        if generate:
            model.generate(**inputs, max_new_tokens=generate, do_sample=False)
        else:
            model(**inputs)
    return experts, traces


@pytest.mark.parametrize(("mode", "rows"), [("learned", 1), ("layerwise", 2), ("anchored", 1), ("uniform", 1)])
def test_a_trace_has_a_distribution_for_each_sequence(mode, rows):
    _, (trace,) = trace_of(mode)
    weights = trace.sequence_weights()
    assert tuple(weights.shape) == (rows, 3, 4)
    assert weights[:, :2].sum(-1) == pytest.approx(torch.ones(rows, 2), abs=1e-6)
    assert weights[:, 2].abs().max() == 0  # text alone


def test_every_step_of_a_generation_has_a_trace_with_the_same_weights():
    _, traces = trace_of("layerwise", generate=4)
    assert [trace.weights.shape[2] for trace in traces] == [19, 1, 1, 1]
    for step in traces[1:]:
        assert torch.equal(step.sequence_weights(), traces[0].sequence_weights())


def test_nothing_is_kept_outside_of_a_block():
    experts, traces = trace_of("learned")
    assert len(traces) == 1
    assert experts._traces is None


def test_rows_of_an_anchored_router(tmp_path):
    experts, (trace,) = trace_of("anchored")
    rows = trace_rows(trace, ["a", "b", "c"], ["indoor", "drone", ""], [0.1, None, None])
    assert [row.id for row in rows] == ["a", "b", "c"]
    assert rows[0].true_log10_size == 0.1
    assert rows[0].log10_size_sd > 0
    assert rows[0].support == support(rows[0].log10_size, experts.router.anchors)
    # The weights are those of the formula at the predicted size.
    mu, sigma = zip(*experts.router.anchors, strict=True)
    raw = [2.718281828 ** (-((rows[0].log10_size - m) ** 2) / (2 * s**2)) for m, s in zip(mu, sigma, strict=True)]
    assert rows[0].weights[0] == pytest.approx([value / sum(raw) for value in raw], abs=1e-5)
    write_traces(tmp_path / "t.jsonl", rows)
    outcome = explain.run(tmp_path / "t.jsonl", tmp_path / "page.html")
    assert (outcome.figures["sequences"], outcome.figures["without_video"]) == (2, 1)


def test_rows_of_a_learned_router_predict_no_size():
    _, (trace,) = trace_of("layerwise")
    rows = trace_rows(trace, ["a", "b", "c"], ["indoor", "drone", ""], [None] * 3)
    assert rows[1].log10_size is None
    assert len(rows[1].weights) == 2


def test_what_a_trace_does_not_have():
    _, (trace,) = trace_of("uniform")
    with pytest.raises(ModelError, match="'learned' or 'anchored', got one of 'uniform'"):
        trace.sequence_outputs()
    with pytest.raises(ModelError, match="expected 3 ids, scales and sizes, got 2, 3, 3"):
        trace_rows(trace, ["a", "b"], ["", "", ""], [None] * 3)
