"""No token and no password in anything that a failing run prints."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from pathlib import Path

import httpx
import pytest

from atlex.errors import AtlexError


def refusal(status, error):
    return httpx.Response(status, json={"error": error, "message": "No"})


@pytest.mark.anyio
async def test_a_failing_run_prints_no_secret(world, caplog, capsys):
    caplog.set_level(logging.DEBUG, "atlex")
    printed = []

    async def failing(work):
        try:
            printed.append(repr(await work()))
        except (AtlexError, OSError) as error:
            printed.extend([repr(error), str(error), repr(error.args), *traceback.format_exception(error)])

    def leaky(session, data, error=None):
        printed.extend([repr(session), repr(data), str(data), repr(error), str(error)])
        raise OSError(f"can't save {data} of {session}")

    hooks = {
        name: world.api.hook(leaky)
        for name in ("on_updated", "on_update_failure", "on_deleted", "on_delete_failure")
    }
    await failing(
        lambda: world.do(
            world.Session.login(world.entryway, identifier="a", password="SECRET-wrong", **world.options)
        )
    )
    for fault in (httpx.ConnectError("refused"), httpx.Response(200, text="SECRET"), httpx.Response(302)):
        world.net.faults["createSession"] = [fault]
        await failing(lambda: world.login(**hooks))
    await failing(
        lambda: world.do(world.Session.login_from_url("https://alice:SECRET-word@host/path", **world.options))
    )

    session = await world.login(**hooks)
    printed.extend([repr(session), str(session), repr(session.data)])
    world.net.expire()
    await failing(lambda: world.call(session))
    answer = world.net._tokens(world.net.verifier.sessions[0])
    world.net.faults["refreshSession"] = [
        refusal(500, "Broken"),
        httpx.ReadError("gone"),
        httpx.Response(200, json=answer | {"did": "did:example:mallory"}),
        httpx.Response(200, json=answer | {"accessJwt": "SECRET\nbroken"}),
        httpx.Response(200, json={}),
        httpx.Response(200, text="SECRET"),
    ]
    for _ in range(6):
        await failing(lambda: world.do(session.refresh()))
    world.net.faults["deleteSession"] = [refusal(500, "Broken"), httpx.ReadError("gone")]
    for _ in range(2):
        await failing(lambda: world.do(session.logout()))
    await failing(lambda: world.call(session, headers={"authorization": "Bearer SECRET-mine"}))
    world.net.faults["refreshSession"] = [refusal(400, "ExpiredToken")]
    await failing(lambda: world.do(session.refresh()))
    await failing(lambda: world.call(session))

    text = "\n".join([*printed, caplog.text, *capsys.readouterr()])
    assert "Logged out" in text
    assert "can't save" in text
    assert text.count("Traceback") > 5
    # Lines of source that a traceback quotes are this file's own.
    lines = [line for line in text.splitlines() if "SECRET" in line and "SECRET-wrong" not in line]
    assert [line for line in lines if not line.strip().startswith(("world.", "lambda", "await"))] == []


@pytest.mark.parametrize("transport", ["sync", "httpx", "aiohttp"])
def test_a_program_that_logs_everything_and_fails_in_every_way_prints_no_secret(transport):
    """Tokens, passwords, bodies and the values of headers; with every logger at DEBUG."""
    program = Path(__file__).with_name("_failing_program.py")
    run = subprocess.run(
        [sys.executable, "-X", "dev", str(program), transport], capture_output=True, text=True, check=False
    )
    printed = run.stdout + run.stderr
    assert run.returncode == 1, printed[-3000:]
    assert "XrpcFetchError: com.atproto.server.getSession" in run.stderr
    assert printed.count("=== ") == 16
    assert printed.count("Traceback (most recent call last)") > 100
    assert "DEBUG:" in printed
    assert [line for line in printed.splitlines() if "S3CR3T" in line] == []
