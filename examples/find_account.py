"""Find the DID and the server of a handle, both directions verified, and log in there.

ATLEX_PASSWORD=… python examples/find_account.py alice.example.com
"""

import os
import sys

from atlex.identity import IdentityResolver
from atlex_bsky import Bluesky


def main(handle: str, password: str, resolver: IdentityResolver) -> None:
    """Print what the handle leads to, and the display name as its owner sees it."""
    account = resolver.resolve(handle)
    print(account.did, account.handle, account.pds)
    if account.pds is not None:
        with Bluesky.login(account.pds, identifier=account.did, password=password) as bsky:
            print(bsky.client.app.bsky.actor.get_profile(actor=account.did).display_name)


if __name__ == "__main__":
    with IdentityResolver() as public:
        main(sys.argv[1], os.environ["ATLEX_PASSWORD"], public)
