import asyncio
import os
import sys
from pathlib import Path

from atproto import AsyncClient, AsyncIdResolver, models


async def main(service, identifier, password, actor, position, poll=5.0):
    client = AsyncClient(service)
    await client.login(identifier, password)
    chat = client.with_bsky_chat_proxy().chat.bsky.convo
    did = await AsyncIdResolver().handle.resolve(actor)
    opened = await chat.get_convo_for_members(models.ChatBskyConvoGetConvoForMembers.Params(members=[did]))
    await chat.send_message(
        models.ChatBskyConvoSendMessage.Data(
            convo_id=opened.convo.id,
            message=models.ChatBskyConvoDefs.MessageInput(text="Hello! What shall I look up for you?"),
        )
    )
    path = Path(position)
    cursor = path.read_text() if path.exists() else (await chat.get_log()).cursor
    while True:
        page = await chat.get_log(models.ChatBskyConvoGetLog.Params(cursor=cursor))
        for event in page.logs:
            if isinstance(event, models.ChatBskyConvoDefs.LogCreateMessage):
                message = event.message
                if message.sender.did != client.me.did:
                    await chat.add_reaction(
                        models.ChatBskyConvoAddReaction.Data(
                            convo_id=event.convo_id, message_id=message.id, value="👀"
                        )
                    )
                    await chat.send_message(
                        models.ChatBskyConvoSendMessage.Data(
                            convo_id=event.convo_id,
                            message=models.ChatBskyConvoDefs.MessageInput(text=f"You wrote: {message.text}"),
                        )
                    )
                    await chat.update_read(
                        models.ChatBskyConvoUpdateRead.Data(convo_id=event.convo_id, message_id=message.id)
                    )
            cursor = event.rev
            path.write_text(cursor)
        await asyncio.sleep(poll)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], sys.argv[3], sys.argv[4]))
