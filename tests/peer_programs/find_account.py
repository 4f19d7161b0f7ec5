import os
import sys

from atproto import Client, IdResolver


def main(handle, password, resolver):
    did = resolver.handle.resolve(handle)
    if did is None:
        raise SystemExit(f"nobody has {handle}")
    document = resolver.did.resolve(did)
    if document is None or f"at://{handle}" not in (document.also_known_as or []):
        raise SystemExit(f"{did} doesn't say that it is {handle}")
    service = document.get_pds_endpoint()
    print(did, handle, service)
    if service is not None:
        client = Client(service)
        client.login(did, password)
        print(client.me.display_name)


if __name__ == "__main__":
    main(sys.argv[1], os.environ["ATLEX_PASSWORD"], IdResolver())
