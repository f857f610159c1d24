"""Any OpenAI-compatible endpoint: a hosted one, vLLM, SGLang, or our own server.

`POST {url}/chat/completions` with the pictures as data URLs, then the prompt; greedy, at most 1,024 new tokens. What
may pass (429, 408, 5xx, time-outs, dropped connections, damaged or empty replies) is asked again after a growing,
jittered wait; what will not (other statuses, redirects) is a final failure with its reason. Replies are bounded, no
redirect is followed, and the key goes into the request's header only.
"""

from __future__ import annotations

import asyncio
import email.utils
import math
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self
from urllib.request import getproxies, proxy_bypass

import aiohttp
import msgspec
import numpy as np
from yarl import URL

from spacevista import __version__
from spacevista.errors import SpacevistaError
from spacevista.evals.answerers import MAX_NEW_TOKENS, Answer
from spacevista.evals.encoding import Encoder, image_urls, video_url
from spacevista.evals.foreign_json import decoded
from spacevista.evals.records import Opened, Sample

MAX_REPLY_BYTES = 1 << 21  # 2 MiB: 1,024 tokens take some kilobytes
MAX_REASON_CHARACTERS = 200
TRY_AGAIN = frozenset({408, 429})  # and every 5xx
WRONG_SETUP = frozenset({401, 403, 404, *range(300, 400)})  # if it is what the first question gets

MediaKind = Literal["images", "video"]


@dataclass(frozen=True)
class Patience:
    """How long to try: `attempts` in all, waits that double from `first_wait_s` and never exceed `longest_wait_s`.

    A wait that the server asks for (Retry-After) takes the place of ours, up to `longest_wait_s` too.
    """

    attempts: int = 8
    timeout_s: float = 180.0
    first_wait_s: float = 0.5
    longest_wait_s: float = 60.0


@dataclass(frozen=True)
class _Failed:
    """An attempt without an answer.

    Attributes:
        again: another attempt may help.
        setup: it may be that address, model or key are wrong, so that no question will ever be answered.
        wait_s: what the server asked for, if it did.
    """

    reason: str
    again: bool
    setup: bool = False
    wait_s: float | None = None


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message


class _Reply(msgspec.Struct):
    choices: list[_Choice] | None = None


class Endpoint:
    """Asks a model behind an OpenAI-compatible endpoint; an asynchronous context manager.

    Args:
        url: of the API, such as http://localhost:8000/v1; without a user, a password or a query.
        model: the name that the endpoint knows.
        key: sent as a bearer token; never written anywhere. None: no such header.
        media: frames as single pictures, or as one film.
        seed: sent along, and seeds the jitter of the waits, together with the question's id.

    Raises:
        SpacevistaError: the url or the key cannot be used.
    """

    name = "endpoint"
    needs_frames = True

    def __init__(
        self,
        url: str,
        model: str,
        key: str | None,
        *,
        media: MediaKind = "images",
        seed: int = 0,
        patience: Patience = Patience(),
    ) -> None:
        self._address = _checked_address(url)
        self._model = model
        self._key = _checked_key(key)
        self._media = media
        self._seed = seed
        self._patience = patience
        self._images = Encoder(image_urls)
        self._films = Encoder(lambda media: [video_url(media)])
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"spacevista/{__version__}",
            **({"Authorization": f"Bearer {self._key}"} if self._key else {}),
        }
        # Proxies as the environment names them, but no passwords from ~/.netrc, which aiohttp would look for too.
        proxies = {} if proxy_bypass(self._address.host or "") else getproxies()
        self._proxy = proxies.get(self._address.scheme, proxies.get("all"))
        self._session: aiohttp.ClientSession | None = None
        self._answered = False

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),  # the runner bounds how many questions are under way
            timeout=aiohttp.ClientTimeout(total=None),  # each attempt has its own
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # a small reply could hold a large one
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def answer(self, sample: Sample, media: Opened | None) -> Answer:
        """Ask one question, again where that may help; the reason of the last failure is the answer's.

        Raises:
            SpacevistaError: nobody is there, or address, model or key are wrong; not once a question was answered.
        """
        try:
            body = await self._body(sample, media)
        except SpacevistaError as error:
            return Answer(None, failure=f"media: {error}")
        attempt = 1
        while isinstance(outcome := await self._attempt(body), _Failed):
            if not outcome.again or attempt >= self._patience.attempts:
                if outcome.setup and not self._answered:
                    raise SpacevistaError(f"{self._address}: expected answers, got {outcome.reason}")
                return Answer(None, failure=outcome.reason, attempts=attempt)
            await asyncio.sleep(self._wait_s(sample, attempt, outcome.wait_s))
            attempt += 1
        self._answered = True
        return Answer(outcome, attempts=attempt)

    async def _body(self, sample: Sample, media: Opened | None) -> bytes:
        """Return the request: the pictures first, then the prompt."""
        content: str | list[dict[str, object]] = sample.prompt
        if media is not None and media.images:
            content = [*await self._pictures(media), {"type": "text", "text": sample.prompt}]
        request = {
            "model": self._model,
            "messages": [{"role": "user", "content": content}],
            "temperature": 0,
            "max_tokens": MAX_NEW_TOKENS,
            "seed": self._seed,
        }
        return msgspec.json.encode(request)

    async def _pictures(self, media: Opened) -> list[dict[str, object]]:
        if self._media == "video" and len(media.images) > 1:
            return [{"type": "video_url", "video_url": {"url": url}} for url in await self._films.urls(media)]
        return [{"type": "image_url", "image_url": {"url": url}} for url in await self._images.urls(media)]

    async def _attempt(self, body: bytes) -> str | _Failed:
        """Send the request once; return the text of the answer or what went wrong."""
        assert self._session is not None, "an endpoint asks inside its `async with`"
        posted = self._session.post(
            self._address, data=body, headers=self._headers, proxy=self._proxy, allow_redirects=False
        )
        try:
            async with asyncio.timeout(self._patience.timeout_s), posted as response:
                reply = await _bounded(response)
        except TimeoutError:
            return _Failed(f"no reply within {self._patience.timeout_s:g} s", again=True)
        except aiohttp.ClientError as error:
            nobody = isinstance(error, aiohttp.ClientConnectorError)
            return _Failed(self._shown(f"{type(error).__name__}: {error}"), again=True, setup=nobody)
        if reply is None:
            return _Failed(f"a reply of more than {MAX_REPLY_BYTES} bytes", again=False)
        if 200 <= response.status < 300:
            return self._text_of(reply)
        told = reply.decode("utf-8", "replace")
        if 300 <= response.status < 400 and "Location" in response.headers:
            told = f"a redirect to {response.headers['Location']}, which is not followed"
        wait_s = _asked_wait_s(response.headers.get("Retry-After"))
        again = response.status in TRY_AGAIN or response.status >= 500
        return _Failed(self._shown(f"HTTP {response.status}: {told}"), again, response.status in WRONG_SETUP, wait_s)

    def _text_of(self, reply: bytes) -> str | _Failed:
        try:
            choices = decoded(reply, _Reply).choices
        except msgspec.DecodeError as error:
            return _Failed(f"expected a chat completion, got {error}", again=True)
        if not choices:
            told = reply.decode("utf-8", "replace")
            return _Failed(self._shown(f"a reply without choices: {told}"), again=True)
        return choices[0].message.content or ""  # nothing said is an answer too: a wrong one

    def _shown(self, text: str) -> str:
        """Return foreign text as one short line without the key."""
        hidden = text.replace(self._key, "***") if self._key else text
        return " ".join(hidden.split())[:MAX_REASON_CHARACTERS]

    def _wait_s(self, sample: Sample, attempt: int, asked_s: float | None) -> float:
        """Return the seconds before the next attempt: half of the wait is certain, half is drawn."""
        draw = float(np.random.default_rng([self._seed, attempt, *sample.id.encode()]).random())
        longest = self._patience.longest_wait_s
        if asked_s is not None:  # not before that, and not all at once
            return min(asked_s + self._patience.first_wait_s * draw, longest)
        return min(self._patience.first_wait_s * 2.0 ** (attempt - 1), longest) * (0.5 + 0.5 * draw)


async def _bounded(response: aiohttp.ClientResponse) -> bytes | None:
    """Return the bytes of a reply as they were sent, None if there are too many."""
    reply = bytearray()
    async for chunk in response.content.iter_any():
        reply += chunk
        if len(reply) > MAX_REPLY_BYTES:
            return None
    return bytes(reply)


def _asked_wait_s(value: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which are a number or a date; None if it is neither."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _checked_address(url: str) -> URL:
    try:
        parsed = URL(url)
    except ValueError as error:
        raise SpacevistaError(f"--url: expected an address such as http://localhost:8000/v1, got {error}") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise SpacevistaError(f"--url: expected an address such as http://localhost:8000/v1, got {url!r}")
    if parsed.user or parsed.password or parsed.query_string or parsed.fragment:
        raise SpacevistaError("--url: expected an address without a user, a query or a fragment; keys go elsewhere")
    return parsed.with_path(f"{parsed.path.rstrip('/')}/chat/completions")


def _checked_key(key: str | None) -> str | None:
    if key is not None and (not key or not key.isascii() or not key.isprintable() or " " in key):
        raise SpacevistaError("the API key: expected printable ASCII without blanks, got something else")
    return key
