"""Greet an account by direct message, then answer whoever writes. Asynchronous.

ATLEX_PASSWORD=… python examples/chat_bot.py https://pds.example.com alice.example.com bob.example.com position.json
"""

import asyncio
import os
import sys

from atlex_bsky import AsyncBluesky, FileCursorStore


async def main(
    service: str, identifier: str, password: str, actor: str, position: str, poll: float = 5.0
) -> None:
    """Chat until the program is ended."""
    async with AsyncBluesky.login(service, identifier=identifier, password=password) as bsky:
        await (await bsky.chat.with_(actor)).send("Hello! What shall I look up for you?")
        async for event in bsky.chat.log(poll=poll, store=FileCursorStore(position)):
            if event.new_message is not None and event.new_message.sender != bsky.did:
                talk = await bsky.chat.conversation(event.convo_id)
                await talk.react(event.new_message, "👀")
                await talk.send(f"You wrote: {event.new_message.text}", reply_to=event.new_message)
                await talk.mark_read(event.new_message)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], sys.argv[3], sys.argv[4]))
