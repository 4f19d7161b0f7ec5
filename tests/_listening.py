"""What servers of the tests have in common."""

from __future__ import annotations

import contextlib
import socket
import threading

__all__ = ["Listening"]


class Listening:
    """Listens on a port of this machine, and serves each connection in a thread of its own."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        # Closing alone doesn't wake a thread in accept(), and so doesn't give the descriptor back.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def serve(self, connection: socket.socket) -> None:
        """Answer what a client sends; the connection is closed afterwards."""
        raise NotImplementedError

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # The client may have had enough.
        with connection, contextlib.suppress(OSError):
            self.serve(connection)
