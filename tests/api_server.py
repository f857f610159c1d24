"""An OpenAI-compatible server for tests and benchmarks: answers after a fixed time, or goes wrong in many ways.

Its own asyncio HTTP/1.1, so that it can drop a connection in the middle of a reply. As a program it serves until its
standard input ends:  python tests/api_server.py --delay 0.2   prints its port on the first line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

FAULTS = ("429", "500", "timeout", "truncated", "empty", "dropped")
HANG_S = 30.0  # longer than any client of the tests waits


def first_answer(request: dict) -> str:
    return "A"


@dataclass
class ApiServer:
    """What a server does and what it saw.

    Attributes:
        delay_s: from the whole request to the reply.
        answer: gives the text of the reply to a request.
        script: what happens to the first requests: a fault, or "" for a good reply.
        fault_share: of the others that go wrong, in a way drawn from `faults`.
        served: texts of the prompts that got a good reply, counted.
        raw: if given, what is sent to every request, before the connection is closed.
        closes: connections are closed after each reply.
        requests: the last requests as they came, at most `keep`, with their headers.
    """

    delay_s: float = 0.0
    answer: Callable[[dict], str] = first_answer
    script: list[str] = field(default_factory=list)
    fault_share: float = 0.0
    faults: tuple[str, ...] = FAULTS
    seed: int = 0
    retry_after: str | None = "0"
    raw: bytes | None = None
    closes: bool = False
    keep: int = 100
    served: Counter = field(default_factory=Counter)
    faulty: Counter = field(default_factory=Counter)
    requests: list[tuple[dict[str, str], dict]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    connections: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (head := await reader.readuntil(b"\r\n\r\n")) and await self._exchange(head, reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client went away, or the server stops
        finally:
            writer.close()

    async def _exchange(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection stays open."""
        request_line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            if not request_line.startswith("POST ") or "/v1/chat/completions " not in request_line:
                return await send(writer, 404, {"error": {"message": f"nothing at {request_line}"}})
            return await self._reply(headers, json.loads(body), writer)
        finally:
            self.under_way -= 1

    async def _reply(self, headers: dict[str, str], request: dict, writer: asyncio.StreamWriter) -> bool:
        if len(self.requests) < self.keep:
            self.requests.append((headers, request))
        if self.raw is not None:
            writer.write(self.raw)
            await writer.drain()
            return False
        fault = self._next_fault()
        if fault:
            self.faulty[fault] += 1
            return await self._fail(fault, headers, writer)
        self.served[prompt_of(request)] += 1
        return await send(writer, 200, completion(self.answer(request))) and not self.closes

    def _next_fault(self) -> str:
        if self.script:
            return self.script.pop(0)
        return self._rng.choice(self.faults) if self._rng.random() < self.fault_share else ""

    async def _fail(self, fault: str, headers: dict[str, str], writer: asyncio.StreamWriter) -> bool:
        whole = json.dumps(completion("B")).encode()
        match fault:
            case "429":
                extra = {} if self.retry_after is None else {"Retry-After": self.retry_after}
                return await send(writer, 429, {"error": {"message": "slow down"}}, extra)
            case "500":
                return await send(writer, 500, {"error": {"message": "out of luck"}})
            case "timeout":
                await asyncio.sleep(HANG_S)
                return False
            case "truncated":
                return await send_bytes(writer, 200, whole[: len(whole) // 2])
            case "empty":
                return await send(writer, 200, {"choices": []})
            case "dropped":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole) + whole[:20])
                await writer.drain()
                return False
            case "huge":
                return await send_bytes(writer, 200, b" " * (3 << 20))
            case "redirect":
                return await send(writer, 307, {}, {"Location": f"{self.url}/elsewhere"})
            case "echo":
                return await send(writer, 401, {"error": {"message": f"bad key {headers['authorization']}"}})
            case status:
                return await send(writer, int(status), {"error": {"message": "no"}})


def completion(text: str) -> dict:
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}


def prompt_of(request: dict) -> str:
    content = request["messages"][-1]["content"]
    return content if isinstance(content, str) else content[-1]["text"]


async def send(writer: asyncio.StreamWriter, status: int, reply: dict, extra: dict[str, str] | None = None) -> bool:
    return await send_bytes(writer, status, json.dumps(reply).encode(), extra)


async def send_bytes(
    writer: asyncio.StreamWriter, status: int, body: bytes, extra: dict[str, str] | None = None
) -> bool:
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(extra or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode() + body)
    await writer.drain()
    return True


@contextmanager
def running(server: ApiServer) -> Iterator[ApiServer]:
    """Serve on a thread of this process, on a free port of this machine."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(_listen(server), loop).result(timeout=10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_stop(listening), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def _listen(server: ApiServer) -> asyncio.Server:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=1 << 16, backlog=1024)
    server.port = listening.sockets[0].getsockname()[1]
    return listening


async def _stop(listening: asyncio.Server) -> None:
    """Close the server and end its open connections, waiting for each."""
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=0.0)
    with running(ApiServer(delay_s=parser.parse_args().delay, keep=0)) as server:
        print(server.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
