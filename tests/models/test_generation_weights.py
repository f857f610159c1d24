"""The experts' weights stay with their sequence: cached decoding is what reading the whole sequence at once gives."""

# ruff: noqa: E402

import copy

import pytest

torch = pytest.importorskip("torch")

from tiny_vl import (
    ANSWER,
    VIDEO,
    VOCABULARY,
    batch_of,
    logits,
    prompt,
    router_of,
    stir,
    tiny_model,
    tiny_qwen3,
)
from transformers import DynamicCache, LogitsProcessor, LogitsProcessorList, StaticCache

from spacevista.models.errors import ModelError
from spacevista.models.expert_settings import ExpertSettings
from spacevista.models.experts import attach_experts

TOLERANCE = 1e-5
INPUTS = ["visual", "prompt", "token"]
ROUTERS = ["learned", "layerwise", "anchored"]
NEW = 6


def routed(mode, see="visual", build=tiny_model):
    model = build()
    experts = attach_experts(model, ExpertSettings(count=4, rank=3, alpha=6.0), router_of(mode, 4, see))
    stir(model)
    return model, experts


def generate(model, inputs, **options):
    options = {"max_new_tokens": NEW, "do_sample": False, **options}
    return model.generate(**inputs, output_logits=True, return_dict_in_generate=True, **options)


def taught(model, inputs, sequences):
    """Logits of whole sequences read at once, at the places from which new tokens came: batch x new x vocabulary."""
    prompt_length = inputs["input_ids"].shape[1]
    new = sequences.shape[1] - prompt_length
    whole = dict(inputs)
    whole["input_ids"] = sequences
    pad = torch.nn.functional.pad
    whole["attention_mask"] = pad(inputs["attention_mask"], (0, new), value=1)
    whole["mm_token_type_ids"] = pad(inputs["mm_token_type_ids"], (0, new))
    return logits(model, whole)[:, prompt_length - 1 : -1]


@pytest.mark.parametrize("see", INPUTS)
@pytest.mark.parametrize("mode", ROUTERS)
@pytest.mark.parametrize("build", [tiny_model, tiny_qwen3])
def test_cached_decoding_equals_teacher_forcing(mode, see, build):
    model, _ = routed(mode, see, build)
    inputs = batch_of([prompt(0), prompt(1, words=7)], generation="qwen3" if build is tiny_qwen3 else "qwen2_5")
    out = generate(model, inputs)
    assert (torch.stack(out.logits, 1) - taught(model, inputs, out.sequences)).abs().max() < TOLERANCE


@pytest.mark.parametrize("see", INPUTS)
@pytest.mark.parametrize("mode", ROUTERS)
def test_beam_search_keeps_the_weights_with_their_beam(mode, see):
    # Two prompts of different length with different videos: a beam with the weights of another would show.
    model, _ = routed(mode, see)
    inputs = batch_of([prompt(0), prompt(1, words=7)])
    out = generate(model, inputs, num_beams=3, num_return_sequences=3, output_scores=True)
    steps = model.compute_transition_scores(out.sequences, out.scores, out.beam_indices, normalize_logits=False)
    repeated = {name: value.repeat_interleave(3, 0) for name, value in inputs.items() if value.shape[0] == 2}
    repeated["pixel_values_videos"] = torch.cat(
        [part for part in inputs["pixel_values_videos"].chunk(2) for _ in range(3)]
    )
    chosen = out.sequences[:, inputs["input_ids"].shape[1] :, None]
    log_probabilities = taught(model, repeated, out.sequences).log_softmax(-1).gather(2, chosen)[..., 0]
    assert (steps - log_probabilities).abs().max() < TOLERANCE


class Meanwhile(LogitsProcessor):
    """Runs another whole generation of the same model between two steps of this one."""

    def __init__(self, model, inputs):
        self.model, self.inputs, self.outputs = model, inputs, []

    def __call__(self, ids, scores):
        self.outputs.append(generate(self.model, self.inputs).sequences)
        return scores


@pytest.mark.parametrize("see", INPUTS)
@pytest.mark.parametrize("mode", ROUTERS)
def test_two_generations_interleaved(mode, see):
    model, _ = routed(mode, see)
    first, second = batch_of([prompt(0)]), batch_of([prompt(1, 7), prompt(2)], seeds=[7, 8])
    alone = [generate(model, inputs) for inputs in (first, second)]
    meanwhile = Meanwhile(model, second)
    mixed = generate(model, first, logits_processor=LogitsProcessorList([meanwhile]))
    assert torch.equal(torch.stack(mixed.logits), torch.stack(alone[0].logits))
    assert len(meanwhile.outputs) == NEW
    assert all(torch.equal(sequences, alone[1].sequences) for sequences in meanwhile.outputs)


@pytest.mark.parametrize("see", INPUTS)
@pytest.mark.parametrize("mode", ROUTERS)
def test_left_and_right_padding_and_each_alone(mode, see):
    model, _ = routed(mode, see)
    rows = [prompt(0), prompt(1, words=9), prompt(2, words=1)]
    alone = [logits(model, batch_of([row], seeds=[seed]))[0] for seed, row in enumerate(rows)]
    for side in ("left", "right"):
        inputs = batch_of(rows, side)
        together = logits(model, inputs)
        for index, expected in enumerate(alone):
            got = together[index][inputs["attention_mask"][index].bool()]
            assert (got - expected).abs().max() < TOLERANCE


@pytest.mark.parametrize("mode", ROUTERS)
def test_text_beside_video_in_one_batch(mode):
    model, _ = routed(mode)
    rows = [prompt(0, video=False), prompt(1)]
    together = generate(model, batch_of(rows, seeds=[0, 1]))
    base = generate(tiny_model(), batch_of(rows[:1]))
    assert (torch.stack(together.logits)[:, 0] - torch.stack(base.logits)[:, 0]).abs().max() < TOLERANCE


def in_chunks(model, inputs, size):
    """Logits of a prompt given `size` tokens at a time, with the features of the video encoded before."""
    ids = inputs["input_ids"]
    with torch.no_grad():
        whole = model.model.get_video_features(
            inputs["pixel_values_videos"], inputs["video_grid_thw"], return_dict=True
        )
        features = torch.cat(list(whole.pooler_output))
        positions, _ = model.model.get_rope_index(
            ids, inputs["mm_token_type_ids"], video_grid_thw=inputs["video_grid_thw"],
            second_per_grid_ts=inputs["second_per_grid_ts"], attention_mask=inputs["attention_mask"],
        )  # fmt: skip
        cache, parts = DynamicCache(config=model.config), []
        rows = (ids == VIDEO).flatten().cumsum(0).view_as(ids) - 1
        for start in range(0, ids.shape[1], size):
            chunk = slice(start, start + size)
            inside = ids[:, chunk] == VIDEO
            whole.pooler_output = [features[rows[:, chunk][inside]]]
            parts.append(
                model(
                    input_ids=ids[:, chunk],
                    attention_mask=inputs["attention_mask"][:, : start + size],
                    position_ids=positions[..., chunk],
                    mm_encoder_outputs={"video": whole} if inside.any() else None,
                    past_key_values=cache,
                ).logits
            )
    return torch.cat(parts, 1)


@pytest.mark.parametrize("see", INPUTS)
@pytest.mark.parametrize("mode", ROUTERS)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_chunked_prefill_equals_one_read(mode, see, size):
    # 16 tokens of the shorter prompt and 19 of the longer: chunks end inside the video and inside the question.
    model, _ = routed(mode, see)
    inputs = batch_of([prompt(0), prompt(1, words=7)])
    real = inputs["attention_mask"].bool()
    difference = in_chunks(model, inputs, size) - logits(model, inputs)
    assert difference[real].abs().max() < TOLERANCE


def test_a_marker_cut_by_the_end_of_a_chunk_is_found():
    from dataclasses import replace

    model = tiny_model()
    marker = (20, 21, ANSWER)
    settings = replace(router_of("layerwise", 4, "prompt"), answer_marker=marker)
    experts = attach_experts(model, ExpertSettings(4, 3, 6.0), settings)
    stir(model)
    row = [*prompt(0)[:-1], *marker, 30, 31, 32]
    inputs = batch_of([row])
    with experts.tracing() as whole:
        expected = logits(model, inputs)
    for size in (1, 2, 3, 4, 5):
        assert (in_chunks(model, inputs, size) - expected).abs().max() < TOLERANCE
    weights = whole[0].weights[:, 0]
    assert torch.equal(weights[:, -4], weights[:, -1])  # the marker's end and the last word of the answer
    assert not torch.equal(weights[:, -5], weights[:, -4])  # the marker itself still counts


@pytest.mark.parametrize("see", ["visual", "prompt"])
def test_no_weight_depends_on_the_answer_and_the_question_counts_only_if_asked(see):
    model, experts = routed("layerwise", see)

    def final(question, answer):
        with experts.tracing() as traces:
            logits(model, batch_of([[*prompt(0)[:-1], question, ANSWER, *answer]]))
        return traces[0].sequence_weights()

    assert torch.equal(final(20, [30, 31]), final(20, [40, 41]))
    assert torch.equal(final(20, [30]), final(21, [30])) == (see == "visual")


def test_a_router_for_each_token_changes_within_the_answer():
    model, experts = routed("learned", "token")
    with experts.tracing() as traces:
        logits(model, batch_of([[*prompt(0), 30, 31]]))
    weights = traces[0].weights[0, 0]
    assert not torch.equal(weights[-1], weights[-2])


@pytest.mark.parametrize("see", INPUTS)
def test_a_copied_cache_answers_several_questions(see):
    # The usual way to reuse a prefix: fill a cache once, copy it for each continuation.
    model, _ = routed("layerwise", see)
    shared, endings = prompt(0)[:-3], [[20, 21, ANSWER], [40, 41, ANSWER]]
    prefix = batch_of([shared])
    with torch.no_grad():
        cache = model(**prefix, past_key_values=DynamicCache(config=model.config)).past_key_values
    for ending in endings:
        whole = batch_of([shared + ending])
        # The video is in the cache: only the ids, their mask and their kinds come again.
        rest = {name: whole[name] for name in ("input_ids", "attention_mask", "mm_token_type_ids")}
        out = generate(model, {**rest, "past_key_values": copy.deepcopy(cache)})
        assert (torch.stack(out.logits, 1) - torch.stack(generate(model, whole).logits, 1)).abs().max() < TOLERANCE


@pytest.mark.parametrize("cache", [DynamicCache, StaticCache])
def test_other_caches(cache):
    model, _ = routed("layerwise", "prompt")
    inputs = batch_of([prompt(0), prompt(1, words=7)])
    options = {"max_cache_len": 64} if cache is StaticCache else {}
    config = {"config": model.config} if cache is StaticCache else {}
    out = generate(model, {**inputs, "past_key_values": cache(**config, **options)})
    assert (torch.stack(out.logits, 1) - torch.stack(generate(model, inputs).logits, 1)).abs().max() < TOLERANCE


@pytest.mark.parametrize("see", INPUTS)
def test_without_a_cache(see):
    model, _ = routed("layerwise", see)
    inputs = batch_of([prompt(0), prompt(1, words=7)])
    cached, plain = generate(model, inputs), generate(model, inputs, use_cache=False)
    assert (torch.stack(cached.logits) - torch.stack(plain.logits)).abs().max() < TOLERANCE


@pytest.mark.parametrize("see", INPUTS)
def test_assisted_generation_crops_the_cache(see):
    model, _ = routed("layerwise", see)
    inputs = batch_of([prompt(0)])
    out = generate(model, inputs, prompt_lookup_num_tokens=3, max_new_tokens=12)
    assert torch.equal(out.sequences, generate(model, inputs, max_new_tokens=12).sequences)


def test_cropping_what_the_weights_rest_on_is_refused():
    model, _ = routed("layerwise")
    inputs = batch_of([prompt(0)])
    with torch.no_grad():
        cache = model(**inputs, use_cache=True).past_key_values
    cache.crop(-2)  # of the words after the video
    with pytest.raises(ModelError, match="crop"):
        cache.crop(-8)


def test_other_changes_of_a_cache():
    model, _ = routed("layerwise")
    inputs = batch_of([prompt(0), prompt(1, words=7)])
    with torch.no_grad():
        cache = model(**inputs, use_cache=True).past_key_values
    memory = cache.layers[-1].memory
    cache.batch_repeat_interleave(2)
    assert torch.equal(cache.layers[-1].memory.outputs, memory.outputs[[0, 0, 1, 1]])
    cache.batch_select_indices(torch.tensor([3, 0]))
    assert torch.equal(cache.layers[-1].memory.sums, memory.sums[[1, 0]])
    cache.reorder_cache(torch.tensor([1, 1]))
    assert torch.equal(cache.layers[-1].memory.sums, memory.sums[[0, 0]])
    cache.reset()
    assert cache.layers[-1].memory is None


def test_a_cache_of_the_base_is_refused():
    model, _experts = routed("learned")
    inputs = batch_of([prompt(0)])
    with torch.no_grad():
        cache = tiny_model()(**inputs, use_cache=True).past_key_values
    step = torch.tensor([[20]])
    with pytest.raises(ModelError, match="without the experts' weights"), torch.no_grad():
        model(input_ids=step, past_key_values=cache)
    # and the model is as good as before
    assert torch.isfinite(logits(model, inputs)).all()


def test_given_labels_stay_with_their_generation():
    model, experts = routed("given")
    with experts.given([0, 3]), torch.no_grad():
        first = model(**batch_of([prompt(0), prompt(1)]), use_cache=True)
    step = torch.tensor([[20], [30]])
    with experts.given([1, 1]), experts.tracing() as traces, torch.no_grad():
        model(input_ids=step, past_key_values=first.past_key_values)
    assert traces[0].sequence_weights()[0].argmax(-1).tolist() == [0, 3]


def test_given_labels_are_repeated_for_beams_and_asked_for():
    model, experts = routed("given")
    inputs = batch_of([prompt(0), prompt(1, words=7)])
    with experts.given([0, 3]):
        wide = generate(model, inputs, num_beams=2).sequences
        assert wide.shape[0] == 2
    for index, label in enumerate([0, 3]):
        one = batch_of([[prompt(0), prompt(1, words=7)][index]], seeds=[index])
        with experts.given([label]):
            alone = generate(model, one, num_beams=2).sequences
        assert torch.equal(alone[0, -NEW:], wide[index, -NEW:])
    with pytest.raises(ModelError, match="given"):
        logits(model, inputs)
    with pytest.raises(ModelError, match=r"2 sequences.*got 3"), experts.given([0, 1, 2]):
        logits(model, inputs)
    with pytest.raises(ModelError, match="0 to 3, got"), experts.given([4]):
        pass


def test_embeddings_in_place_of_ids():
    model, _ = routed("layerwise")
    inputs = batch_of([prompt(0)])
    embeddings = model.get_input_embeddings()(inputs["input_ids"])
    rest = {name: value for name, value in inputs.items() if name != "input_ids"}
    with torch.no_grad():
        positions, _ = model.model.get_rope_index(
            inputs["input_ids"], inputs["mm_token_type_ids"], video_grid_thw=inputs["video_grid_thw"],
            second_per_grid_ts=inputs["second_per_grid_ts"], attention_mask=inputs["attention_mask"],
        )  # fmt: skip
        got = model(inputs_embeds=embeddings, position_ids=positions, **rest).logits
        assert (got - logits(model, inputs)).abs().max() < TOLERANCE
        with pytest.raises(ModelError, match="mm_token_type_ids"):
            model(inputs_embeds=embeddings, position_ids=positions)


def test_generated_tokens_are_words():
    assert ANSWER + 1 < VOCABULARY
    sequences = generate(routed("learned")[0], batch_of([prompt(0)])).sequences
    assert (sequences[:, -NEW:] > ANSWER).all()
