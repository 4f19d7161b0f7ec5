"""The synchronous part of the synchronous resolver: threads, and DNS."""

from __future__ import annotations

import logging
from threading import Event
from typing import Any, Final, TypeVar

from atlex._effects import Block, drive
from atlex._home import Home, here
from atlex._thread import in_thread
from atlex.errors import AtlexError, FetchError
from atlex.fetch import PublicFetcher
from atlex.identity._dns import Dns
from atlex.identity._effects import Background, DnsError, Effect, Fetch, Flow, LookUp, Once, Race
from atlex.identity._flight import Flight
from atlex.identity._flows import Options

__all__ = ["Driver"]

_NAME: Final = "atlex-identity"
_logger = logging.getLogger("atlex.identity")

T = TypeVar("T")


class Driver:
    """Performs the effects of flows."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._dns = Dns(options.nameservers, options.dns_port, options.timeout)
        self._strangers = PublicFetcher(timeout=options.timeout, allow_private=options.allow_private)
        self._directory = PublicFetcher(timeout=options.timeout, allow_private=True)
        # Looking up and `setdefault` are single steps, so that no lock is needed, which a fork could leave locked.
        self._flights: dict[tuple[Home, str], Flight] = {}

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        return drive(flow, self._perform)

    def describe(self) -> str:
        """Where names are looked up, for a repr."""
        return f"with {self._options.plc_url}"

    def close(self) -> None:
        """Close the connections; what runs in the background ends with them."""
        self._strangers.close()
        self._directory.close()

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case LookUp(name):
                return self._dns.texts(name)
            case Fetch(url, max_bytes, is_trusted):
                fetcher = self._directory if is_trusted else self._strangers
                private = is_trusted or self._options.allow_private
                return fetcher.get(url, max_bytes=max_bytes, allow_http=private)
            case Race():
                return self._race(effect)
            case Once(name, flow):
                return self._once(name, flow)
            case Background(name, flow):
                return self._beside(name, flow)
            case Block(function):
                return function()

    def _race(self, race: Race) -> tuple[Any, Any]:
        second = in_thread(lambda: self._perform(race.second), _NAME)
        try:
            first: Any = self._perform(race.first)
        except DnsError as error:
            first = error
        if race.is_enough(first):
            # The thread ends by itself, within the time limit.
            return first, None
        try:
            return first, second.result()
        except FetchError as error:
            return first, error

    def _once(self, name: str, flow: Flow[T]) -> T:
        key = here(), name
        mine = Flight(Event())
        while True:
            flight = self._flights.setdefault(key, mine)
            if flight is mine:
                return self._fly(key, flight, flow)
            flight.landed.wait()
            if flight.has_arrived:
                given: T = flight.given()
                return given

    def _fly(self, key: tuple[Home, str], flight: Flight, flow: Flow[T]) -> T:
        try:
            result = self.run(flow)
        except AtlexError as error:
            flight.arrive(error)
            raise
        else:
            flight.arrive(result)
            return result
        finally:
            # After an interruption another one of those who wait begins anew.
            del self._flights[key]
            flight.landed.set()

    def _beside(self, name: str, flow: Flow[None]) -> None:
        key = here(), name
        flight = Flight(Event())
        if self._flights.setdefault(key, flight) is not flight:
            return

        def work() -> None:
            try:
                self._fly(key, flight, flow)
            except Exception:
                _logger.exception("A look-up in the background failed")

        in_thread(work, _NAME)
