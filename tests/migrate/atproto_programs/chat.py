"""Say hello in a conversation, and list the ones there are."""

import os

from atproto import Client, models


def main() -> None:
    client = Client(os.environ["BLUESKY_URL"])
    client.login(os.environ["BLUESKY_HANDLE"], os.environ["BLUESKY_PASSWORD"])

    # Chat has a service of its own.
    dm_client = client.with_bsky_chat_proxy()
    dm = dm_client.chat.bsky.convo

    convo_list = dm.list_convos()
    print(f"{len(convo_list.convos)} conversations")
    for convo in convo_list.convos:
        members = ", ".join(member.display_name or member.handle for member in convo.members)
        print(f"- {convo.id} ({members})")

    other = client.resolve_handle("bob.test").did
    convo = dm.get_convo_for_members(
        models.ChatBskyConvoGetConvoForMembers.Params(members=[other]),
    ).convo
    sent = dm.send_message(
        models.ChatBskyConvoSendMessage.Data(
            convo_id=convo.id,
            message=models.ChatBskyConvoDefs.MessageInput(text="Hello!"),
        )
    )
    print(sent.text)


if __name__ == "__main__":
    main()
