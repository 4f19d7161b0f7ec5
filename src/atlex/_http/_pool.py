"""Which connection a request gets from a pool of httpcore's.

For each request that comes or goes httpcore 1 asks the system about every idle connection. It closes idle ones while
requests wait, and now and then one that a request has just been given and sends on.
"""

from __future__ import annotations

from functools import cache
from typing import Any

__all__ = ["pool_class"]


@cache
def pool_class(kind: Any) -> Any:
    """A class of pools like one of httpcore's, whose idle connections are looked at when a request needs one."""
    return type(kind.__name__, (_Assigning, kind), {})


class _Assigning:
    create_connection: Any
    _requests: list[Any]
    _connections: list[Any]
    _max_connections: int

    def _assign_requests_to_connections(self) -> list[Any]:
        """Give connections to requests that wait, and say which ones to close; called with the pool locked."""
        given = {each.connection for each in self._requests}
        busy = [each for each in self._connections if each in given]
        free = [each for each in self._connections if each not in given and not each.is_closed()]
        # A request that was cancelled leaves one that isn't idle. The first ones haven't been used for longest.
        closing = [each for each in free if not each.is_idle()]
        free = [each for each in free if each.is_idle()]
        while free and free[0].has_expired():
            closing.append(free.pop(0))
        for waiting in [each for each in self._requests if each.is_queued()]:
            origin, connection = waiting.request.url.origin, None
            for each in [each for each in reversed(free) if each.can_handle_request(origin)]:
                free.remove(each)
                if not each.has_expired():
                    connection = each
                    break
                closing.append(each)
            if connection is None:
                if len(busy) + len(free) >= self._max_connections:
                    if not free:
                        break
                    closing.append(free.pop(0))
                connection = self.create_connection(origin)
            waiting.assign_to_connection(connection)
            busy.append(connection)
        self._connections = free + busy
        return closing
