"""A DNS server and a PLC directory on this machine that know a server's accounts, in place of the public ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fetch.conftest import Server, page
from tests.identity._world import Zone, document

from atlex.testing import Account

__all__ = ["directory"]


@contextmanager
def directory(url: str, *accounts: Account) -> Iterator[dict[str, Any]]:
    """Have the handles and DIDs of some accounts lead to their server while the block lasts.

    Args:
        url: Where the server is.
        accounts: Those that can be found; there are no others.

    Yields:
        What a resolver has to be given.
    """
    zone, plc = Zone(), Server()
    pds = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": url}
    zone.texts = {f"_atproto.{account.handle}": [[f"did={account.did}"]] for account in accounts}
    known = {account.did: document(account.did, account.handle, service=[pds]) for account in accounts}
    plc.answer = lambda head: page(json.dumps(known[head.split()[1][1:]]).encode())
    yield {
        "plc_url": plc.url,
        "nameservers": ["127.0.0.1"],
        "dns_port": zone.port,
        "allow_private": True,
    }
    zone.close()
    plc.close()
