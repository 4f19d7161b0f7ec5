import logging
import os
import sys
import time

from atproto import Client
from atproto_client.request import Request


class WatchedRequest(Request):
    def _send_request(self, method, url, **kwargs):
        begun = time.monotonic()
        for left in (2, 1, 0):
            try:
                response = super()._send_request(method, url, **kwargs)
            except Exception as error:
                print(method, url, "failed:", error)
                if left == 0 or method == "POST":
                    raise
                time.sleep(0.5)
            else:
                print(method, url, response.status_code, f"{time.monotonic() - begun:.3f} s")
                return response


def main(service, identifier, password, proxy=None):
    logging.basicConfig()
    client = Client(service, request=WatchedRequest(timeout=5, proxy=proxy))
    client.login(identifier, password)
    for item in client.get_timeline(limit=5).feed[:5]:
        print(item.post.record.text)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], os.environ["ATLEX_PASSWORD"], *sys.argv[3:4])
