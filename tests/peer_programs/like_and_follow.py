import os
import sys

from atproto import Client


def main(service, identifier, password, handle, *, undo):
    client = Client(service)
    client.login(identifier, password)
    profile = client.get_profile(handle)
    post = client.get_author_feed(handle, limit=1).feed[0].post
    if undo:
        if profile.viewer.following:
            client.unfollow(profile.viewer.following)
        if post.viewer.like:
            client.unlike(post.viewer.like)
        if post.viewer.repost:
            client.unrepost(post.viewer.repost)
    else:
        client.follow(profile.did)
        client.like(post.uri, post.cid)
        client.repost(post.uri, post.cid)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], sys.argv[3], undo="--undo" in sys.argv)
