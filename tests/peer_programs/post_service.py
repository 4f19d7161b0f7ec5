import os
from contextlib import asynccontextmanager
from pathlib import Path

from atproto import AsyncClient, SessionEvent, models
from fastapi import FastAPI, Request

STORE = Path("session.txt")


@asynccontextmanager
async def lifespan(_):
    client = AsyncClient(os.environ["ATLEX_SERVICE"])

    @client.on_session_change
    async def save(event, session):
        if event in (SessionEvent.CREATE, SessionEvent.REFRESH):
            STORE.write_text(session.export())

    if STORE.exists():
        await client.login(session_string=STORE.read_text())
    else:
        await client.login(os.environ["ATLEX_IDENTIFIER"], os.environ["ATLEX_PASSWORD"])
    yield {"client": client}


service = FastAPI(lifespan=lifespan)


@service.post("/posts")
async def post(request: Request, text: str, reply_to: str | None = None):
    client = request.state.client
    reply = None
    if reply_to:
        *_, handle, _, rkey = reply_to.split("/")
        found = await client.get_post(rkey, handle)
        parent = models.create_strong_ref(found)
        root = found.value.reply.root if found.value.reply else parent
        reply = models.AppBskyFeedPost.ReplyRef(root=root, parent=parent)
    facets = await client.detect_facets(text)
    return (await client.send_post(text, reply_to=reply, facets=facets)).uri


@service.get("/followers")
async def followers(request: Request):
    client = request.state.client
    page = await client.get_followers(client.me.did, limit=50)
    return [follower.model_dump(by_alias=True) for follower in page.followers]
