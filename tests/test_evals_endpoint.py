"""The client of OpenAI-compatible endpoints: what it sends, what it tries again, and what it never does."""

import asyncio
import base64
import email.utils
import io
import re
import time
import traceback

import av
import numpy as np
import pytest
from PIL import Image

from api_server import ApiServer, running
from eval_samples import BUDGET, header, samples
from spacevista.errors import SpacevistaError
from spacevista.evals import endpoint as module
from spacevista.evals.answerers import Answer, Blind
from spacevista.evals.encoding import video_url
from spacevista.evals.endpoint import Endpoint, Patience
from spacevista.evals.media import open_media
from spacevista.evals.records import Opened
from spacevista.evals.runner import run

KEY = "sk-very-secret-0123456789"
HASTY = Patience(attempts=4, timeout_s=0.5, first_wait_s=0.01, longest_wait_s=0.05)  # where nobody answers
PATIENT = Patience(attempts=4, timeout_s=30, first_wait_s=0.01, longest_wait_s=0.05)  # a busy machine is no time-out


def ask(server: ApiServer, sample, opened=None, key=None, blind=False, patience=PATIENT, **options) -> Answer:
    async def go() -> Answer:
        async with Endpoint(server.url, "some-model", key, patience=patience, **options) as endpoint:
            answerer = Blind(endpoint) if blind else endpoint
            return await answerer.answer(sample, opened)

    return asyncio.run(go())


@pytest.fixture
def sample(tmp_path):
    (only,) = samples(tmp_path, 1)
    return only


def decoded(url: str) -> bytes:
    return base64.b64decode(url.split(",", 1)[1])


def test_the_request_holds_the_pictures_then_the_prompt(sample):
    media = open_media(sample, BUDGET)
    with running(ApiServer(answer=lambda request: "<answer>B</answer>")) as server:
        answer = ask(server, sample, media, KEY, seed=5)
    assert answer == Answer("<answer>B</answer>", attempts=1)
    ((headers, request),) = server.requests
    assert headers["authorization"] == f"Bearer {KEY}"
    (message,) = request.pop("messages")
    assert request == {"model": "some-model", "temperature": 0, "max_tokens": 1024, "seed": 5}
    assert message["role"] == "user"
    *pictures, text = message["content"]
    assert text == {"type": "text", "text": sample.prompt}
    assert [part["type"] for part in pictures] == ["image_url"] * 2
    for part, image in zip(pictures, media.images, strict=True):
        assert part["image_url"]["url"].startswith("data:image/jpeg;base64,")
        sent = Image.open(io.BytesIO(decoded(part["image_url"]["url"])))
        assert sent.size == image.size
        # JPEG at quality 95 keeps a plain colour within a few of 255 steps.
        assert np.abs(np.asarray(sent).astype(int) - np.asarray(image).astype(int)).max() <= 4


def test_no_key_no_header(sample):
    with running(ApiServer()) as server:
        ask(server, sample)
    assert "authorization" not in server.requests[0][0]


def test_blind_sends_the_prompt_alone(sample):
    with running(ApiServer()) as server:
        ask(server, sample, open_media(sample, BUDGET), blind=True)
    assert server.requests[0][1]["messages"] == [{"role": "user", "content": sample.prompt}]


def test_a_clip_goes_as_one_film_if_wished(sample):
    media = open_media(sample, BUDGET)
    with running(ApiServer()) as server:
        ask(server, sample, media, media="video")
    film, _ = server.requests[0][1]["messages"][0]["content"]
    assert film["type"] == "video_url"
    with av.open(io.BytesIO(decoded(film["video_url"]["url"]))) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == len(media.images)
    for frame, image in zip(frames, media.images, strict=True):
        # The film's colours are coarser: plain frames stay within a tenth of the range.
        assert np.abs(frame.astype(int).mean((0, 1)) - np.asarray(image).mean((0, 1))).max() < 25


def test_a_film_keeps_its_pace_and_even_sizes():
    # Five frames 0.5 s apart last 2.5 s; 33 x 25 pixels lose the odd row and column.
    media = Opened(tuple(Image.new("RGB", (33, 25)) for _ in range(5)), tuple(range(5)), (10.0, 10.5, 11.0, 11.5, 12.0))
    with av.open(io.BytesIO(decoded(video_url(media)))) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (32, 24)
        assert float(stream.average_rate) == pytest.approx(2.0)


def test_frames_of_several_sizes_are_no_film(sample):
    media = Opened((Image.new("RGB", (32, 24)), Image.new("RGB", (24, 32))), (0, 1))
    with running(ApiServer()) as server:
        answer = ask(server, sample, media, media="video")
    assert answer.text is None
    assert answer.failure == "media: a film needs frames of one size, got [(24, 32), (32, 24)]; send them as images"


@pytest.mark.parametrize("fault", ["429", "408", "500", "503", "timeout", "truncated", "empty", "dropped"])
def test_what_may_pass_is_tried_again(sample, fault):
    with running(ApiServer(script=[fault, fault])) as server:
        found = ask(server, sample, patience=HASTY if fault == "timeout" else PATIENT)
    assert found == Answer("A", attempts=3)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("429", "HTTP 429"),
        ("500", "HTTP 500"),
        ("timeout", "no reply within 0.5 s"),
        ("truncated", "expected a chat completion"),
        ("empty", "a reply without choices"),
        ("dropped", "ClientPayloadError"),
    ],
)
def test_patience_ends(sample, fault, reason):
    with running(ApiServer(fault_share=1.0, faults=(fault,))) as server:
        answer = ask(server, sample, patience=HASTY if fault == "timeout" else PATIENT)
    assert (answer.text, answer.attempts) == (None, 4)
    assert reason in answer.failure


@pytest.mark.parametrize(("fault", "reason"), [("400", "HTTP 400"), ("huge", "more than")])
def test_what_will_not_pass_is_final(sample, fault, reason):
    with running(ApiServer(script=[fault])) as server:
        answer = ask(server, sample)
    assert (answer.text, answer.attempts) == (None, 1)
    assert reason in answer.failure
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("401", "HTTP 401"), ("403", "HTTP 403"), ("404", "HTTP 404"), ("redirect", "HTTP 307: a redirect to http://")],
)
def test_a_wrong_address_model_or_key_ends_the_run_unless_something_was_answered(tmp_path, fault, reason):
    first, second, third = samples(tmp_path, 3)
    with running(ApiServer(script=[fault])) as server, pytest.raises(SpacevistaError, match=reason) as caught:
        ask(server, first)
    assert server.url in str(caught.value)
    assert len(server.requests) == 1  # nothing was asked at the place that the redirect names

    with running(ApiServer(script=["", fault])) as server:

        async def go() -> list[Answer]:
            async with Endpoint(server.url, "some-model", None, patience=PATIENT) as endpoint:
                return [await endpoint.answer(sample, None) for sample in (first, second, third)]

        answers = asyncio.run(go())
    assert [answer.text for answer in answers] == ["A", None, "A"]
    assert answers[1].attempts == 1
    assert reason in answers[1].failure


def test_nobody_there_ends_the_run(tmp_path):
    with running(ApiServer()) as server:
        pass
    asked, out = samples(tmp_path, 3), tmp_path / "run" / "predictions.jsonl"

    async def go() -> None:
        async with Endpoint(server.url, "some-model", None, patience=PATIENT) as endpoint:
            await run(asked, endpoint, BUDGET, out, header(asked, "endpoint"), concurrency=2)

    with pytest.raises(SpacevistaError, match="expected answers, got ClientConnectorError"):
        asyncio.run(go())
    assert out.read_bytes().count(b"\n") == 1  # the header alone: the same command asks all of them later


DEEP = b"[" * 100_000 + b"]" * 100_000
NO_COMPLETION = {
    "HTML": (b"<html>hello</html>", "malformed"),
    "deep": (b'{"usage": %b, "choices": [{"message": {"content": "A"}}]}' % DEEP, "too many values inside each other"),
    "no UTF-8": (b'{"choices": [{"message": {"content": "\xff\xfe"}}]}', "utf-8"),
    "nothing": (b"", "truncated"),
    "parts": (b'{"choices": [{"message": {"content": [{"text": "A"}]}}]}', "got `array`"),
    "error": (b'{"error": {"message": "no room"}, "choices": null}', "a reply without choices: .*no room"),
}


@pytest.mark.parametrize(("body", "reason"), NO_COMPLETION.values(), ids=NO_COMPLETION)
def test_what_is_no_completion_is_tried_again_and_told(sample, body, reason):
    with running(ApiServer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))) as server:
        answer = ask(server, sample)
    assert (answer.text, answer.attempts) == (None, 4)
    assert re.search(reason, answer.failure)


def test_a_reply_that_never_ends_is_given_up(sample):
    class Endless(ApiServer):
        async def _reply(self, headers, request, writer):
            self.requests.append((headers, request))
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                writer.write(b"1\r\n \r\n")
                await writer.drain()
                await asyncio.sleep(0.01)

    with running(Endless()) as server:
        answer = ask(server, sample, patience=Patience(attempts=2, timeout_s=0.2, first_wait_s=0.01))
    assert answer == Answer(None, failure="no reply within 0.2 s", attempts=2)
    assert len(server.requests) == 2


def test_an_answer_of_nothing_is_an_answer(sample):
    for said in ("", None):
        with running(ApiServer(answer=lambda request, said=said: said)) as server:
            assert ask(server, sample) == Answer("", attempts=1)


@pytest.mark.parametrize(
    ("header_value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("99999", 60.0),  # no longer than our own longest wait
        ("-5", 0.0),
        ("DATE", 20.0),
        ("soon", 0.1),  # not understood: our own first wait, of which half is certain
        ("nan", 0.1),
        ("inf", 0.1),
    ],
)
def test_the_server_says_how_long_to_wait(sample, monkeypatch, header_value, seconds):
    waits = []

    async def waited(wait_s: float) -> None:
        waits.append(wait_s)

    monkeypatch.setattr(module.asyncio, "sleep", waited)
    if header_value == "DATE":
        header_value = email.utils.formatdate(time.time() + seconds, usegmt=True)
    patience = Patience(attempts=2, first_wait_s=0.1, longest_wait_s=60.0)
    with running(ApiServer(script=["429"], retry_after=header_value)) as server:
        ask(server, sample, patience=patience)
    (wait_s,) = waits
    # Up to 0.1 s of jitter on top of what the server asks for, up to 2 s gone by since the date was written.
    assert seconds - 2.0 <= wait_s <= seconds + 0.1
    assert wait_s >= 0


def test_waits_grow_and_are_drawn_by_seed_and_question(tmp_path, monkeypatch):
    waits = []

    async def waited(wait_s: float) -> None:
        waits.append(wait_s)

    monkeypatch.setattr(module.asyncio, "sleep", waited)
    patience = Patience(attempts=6, first_wait_s=1.0, longest_wait_s=5.0)
    first, second = samples(tmp_path, 2)
    with running(ApiServer(fault_share=1.0, faults=("500",))) as server:
        for sample, seed in ((first, 0), (first, 0), (second, 0), (first, 1)):
            ask(server, sample, patience=patience, seed=seed)
    rounds = [waits[start : start + 5] for start in range(0, 20, 5)]
    for found in rounds:
        # 1, 2, 4, then the longest; half of each certain.
        assert all(bound / 2 <= wait <= bound for wait, bound in zip(found, (1, 2, 4, 5, 5), strict=True))
    assert rounds[0] == rounds[1]
    assert rounds[0] != rounds[2] != rounds[3]


def test_the_key_is_written_nowhere(tmp_path, sample, capfd, caplog):
    caplog.set_level("DEBUG")
    out = tmp_path / "run" / "predictions.jsonl"
    asked = samples(tmp_path, 2)
    with running(ApiServer(script=["", "echo"])) as server:

        async def go() -> None:
            async with Endpoint(server.url, "some-model", KEY, patience=PATIENT) as endpoint:
                assert KEY not in repr(endpoint)
                await run(asked, endpoint, BUDGET, out, header(asked, "endpoint"), concurrency=1)

        asyncio.run(go())
    text = out.read_text()
    assert "HTTP 401" in text
    assert "Bearer ***" in text
    assert KEY not in text
    assert KEY not in "".join(capfd.readouterr()) + caplog.text
    with running(ApiServer(script=["echo"])) as server, pytest.raises(SpacevistaError, match="Bearer") as caught:
        ask(server, sample, key=KEY)
    shown = "".join(traceback.format_exception(caught.value))
    assert "Bearer ***" in shown
    assert KEY not in shown


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_sent(key):
    with pytest.raises(SpacevistaError, match="the API key: expected printable ASCII") as caught:
        Endpoint("http://localhost:8000/v1", "some-model", key)
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000/v1",
        "ftp://host/v1",
        "http://",
        "http://user:pw@host/v1",
        "http://host/v1?key=1",
        "http://host:x/v1",
    ],
)
def test_an_address_that_cannot_be_used(url):
    with pytest.raises(SpacevistaError, match="--url: expected") as caught:
        Endpoint(url, "some-model", None)
    assert "pw" not in str(caught.value)


def test_the_slash_at_the_end_does_not_matter(sample):
    with running(ApiServer()) as server:

        async def go() -> Answer:
            async with Endpoint(server.url + "/", "some-model", None, patience=PATIENT) as endpoint:
                return await endpoint.answer(sample, None)

        assert asyncio.run(go()) == Answer("A", attempts=1)


def test_a_proxy_is_used_where_the_environment_names_one(sample, monkeypatch):
    for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with running(ApiServer()) as server:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")

        async def go() -> Answer:
            async with Endpoint("http://model.invalid/v1", "some-model", None, patience=PATIENT) as endpoint:
                return await endpoint.answer(sample, None)

        assert asyncio.run(go()) == Answer("A", attempts=1)
    assert server.requests[0][0]["host"] == "model.invalid"


WHOLE = b'{"choices": [{"message": {"content": "C"}}]}'


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n"
        % (WHOLE[:5], len(WHOLE) - 5, WHOLE[5:]),
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n" + WHOLE,  # until the connection ends
    ],
    ids=["chunked", "continued"],
)
def test_other_forms_of_a_reply(sample, raw):
    with running(ApiServer(raw=raw)) as server:
        assert ask(server, sample) == Answer("C", attempts=1)


NO_HTTP = {
    "text": b"no HTTP at all\r\n\r\n",
    "endless": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
    "nothing": b"",
    "zeros": b"\0" * 99,
}


@pytest.mark.parametrize("raw", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_http_is_tried_again_and_told(sample, raw):
    with running(ApiServer(raw=raw)) as server:
        answer = ask(server, sample)
    assert (answer.text, answer.attempts) == (None, 4)
    assert answer.failure.startswith(("ClientResponseError", "ServerDisconnectedError"))


def test_a_connection_that_the_server_closed_is_not_used_again(sample):
    with running(ApiServer(closes=True)) as server:

        async def go() -> list[Answer]:
            async with Endpoint(server.url, "some-model", None, patience=PATIENT) as endpoint:
                first = await endpoint.answer(sample, None)
                await asyncio.sleep(0.05)
                return [first, await endpoint.answer(sample, None)]

        assert asyncio.run(go()) == [Answer("A", attempts=1)] * 2
    assert server.connections == 2


def test_connections_are_used_again(tmp_path):
    asked = samples(tmp_path, 40)
    with running(ApiServer(delay_s=0.01)) as server:

        async def go() -> None:
            async with Endpoint(server.url, "some-model", None, patience=PATIENT) as endpoint:
                await run(asked, endpoint, BUDGET, tmp_path / "p.jsonl", header(asked, "endpoint"), concurrency=4)

        asyncio.run(go())
    assert server.connections <= 4
    assert server.most_under_way <= 4
