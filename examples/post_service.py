"""A web service that posts for an account; its session lasts over restarts and is shared by all workers.

    uvicorn --app-dir examples post_service:service

The environment says for which account: ATLEX_SERVICE, ATLEX_IDENTIFIER and ATLEX_PASSWORD.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from atlex import FileSessionStore
from atlex_bsky import AsyncBluesky
from atlex_sdk.app.bsky.actor.defs import ProfileView


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[dict[str, AsyncBluesky]]:
    """Log in once, or go on with the session of the last run."""
    async with AsyncBluesky.login(
        os.environ["ATLEX_SERVICE"],
        identifier=os.environ["ATLEX_IDENTIFIER"],
        password=os.environ["ATLEX_PASSWORD"],
        store=FileSessionStore("session.json"),
    ) as bsky:
        yield {"bsky": bsky}


service = FastAPI(lifespan=lifespan)


@service.post("/posts")
async def post(request: Request, text: str, reply_to: str | None = None) -> str:
    """Post a text, by itself or in reply to a post of which the link is given, and return its address."""
    bsky: AsyncBluesky = request.state.bsky
    return (await bsky.post(text, reply_to=reply_to)).uri


@service.get("/followers")
async def followers(request: Request) -> list[ProfileView]:
    """List the latest followers."""
    bsky: AsyncBluesky = request.state.bsky
    return await bsky.followers().take(items=50)
