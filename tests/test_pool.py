"""Worker processes: one thread each, and nothing changed in the process that starts them."""

import os

import pytest

from spacevista.commands.pool import worker_pool


def test_numba_gets_one_thread_in_workers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    # numba reads the variable at every compilation: set here, it would fail where its threads already run.
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    with worker_pool(1) as pool:
        found = [pool.submit(os.getenv, name).result() for name in ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS")]
    assert found == ["1", "1"]
    assert "NUMBA_NUM_THREADS" not in os.environ
