"""Read the timeline through a proxy, with limits on time, and print what is sent and how long it takes.

ATLEX_PASSWORD=… python examples/watch_calls.py https://pds.example.com alice.example.com http://proxy.example.com:3128
"""

import os
import sys

import httpx

from atlex import PasswordSession, ResponseEvent, RetryEvent
from atlex_bsky import Bluesky
from atlex_sdk import Client


def show(event: ResponseEvent | RetryEvent) -> None:
    """Print a response, or why a call is tried again."""
    print(event)


def main(service: str, identifier: str, password: str, proxy: str | None = None) -> None:
    """Print the calls and five posts."""
    with (
        httpx.Client(proxy=proxy) as http,
        PasswordSession.login(
            service, identifier=identifier, password=password, http_client=http, timeout=5
        ) as session,
    ):
        client = Client(session, timeout=5, deadline=20, event_hooks={"response": [show], "retry": [show]})
        for item in Bluesky(client).timeline().take(items=5):
            print(item.text)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], *sys.argv[3:4])
