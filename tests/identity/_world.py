"""A small network on loopback: DNS over UDP, a PLC directory, and hosts with certificates of their own."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import trio
from tests.fetch.conftest import Names, Server, Wires, page

from atlex.identity import AsyncIdentityResolver, Identity, IdentityResolver

PUBLIC = "93.184.215.14"
ALICE = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
BOB = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"
KEY = "zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF"


def document(did: str, handle: str | None = "alice.example.com", **changes: Any) -> dict[str, Any]:
    """The document of a DID."""
    made: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": did,
        "alsoKnownAs": [] if handle is None else [f"at://{handle}"],
        "verificationMethod": [
            {"id": f"{did}#atproto", "type": "Multikey", "controller": did, "publicKeyMultibase": KEY}
        ],
        "service": [
            {
                "id": "#atproto_pds",
                "type": "AtprotoPersonalDataServer",
                "serviceEndpoint": "https://pds.example.net",
            }
        ],
    }
    return {**made, **changes}


class Zone:
    """A DNS server. What it knows not, isn't there."""

    def __init__(self) -> None:
        # Of each name the records, each in the strings that it is sent in.
        self.texts: dict[str, list[list[str]]] = {}
        self.trouble: dict[str, str] = {}
        self.queries: Counter[str] = Counter()
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            wire, sender = self._socket.recvfrom(4096)
            if not wire:
                self._socket.close()
                return
            query = dns.message.from_wire(wire)
            name = str(query.question[0].name).rstrip(".").lower()
            self.queries[name] += 1
            trouble = self.trouble.get(name)
            if trouble == "silent":
                continue
            self.may_answer.wait(10)
            answer = dns.message.make_response(query)
            if trouble == "broken":
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif name in self.texts:
                strings = [" ".join(json.dumps(each) for each in record) for record in self.texts[name]]
                if strings:
                    answer.answer.append(
                        dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *strings)
                    )
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), sender)

    def close(self) -> None:
        # Closing it here wouldn't wake its thread.
        self.may_answer.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", ("127.0.0.1", self.port))


@dataclass
class World:
    """Everything that names lead to, and the three kinds of resolver."""

    names: Names
    wires: Wires
    tls: ssl.SSLContext
    kind: str
    dns: Zone = field(default_factory=Zone)
    plc: Server = field(default_factory=Server)
    documents: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)
    now: float = 1_700_000_000.0

    def __post_init__(self) -> None:
        self.hosts = Server(self.tls)
        self.hosts.answer = self._page
        self.plc.answer = self._document
        self.wires.ports |= {PUBLIC: self.hosts.port, "127.0.0.1": None, "localhost": None}
        self.documents[ALICE] = document(ALICE)

    def _page(self, head: str) -> bytes:
        host = next(line[6:] for line in head.lower().splitlines() if line.startswith("host: "))
        return self.pages.get(host + head.split()[1]) or page(b"no", "404 Not Found")

    def _document(self, head: str) -> bytes:
        found = self.documents.get(head.split()[1][1:])
        if isinstance(found, bytes):
            return found
        return page(json.dumps(found).encode()) if found else page(b"{}", "404 Not Found")

    def txt(self, handle: str, *dids: str) -> None:
        """Let a handle lead to DIDs by DNS."""
        self.dns.texts[f"_atproto.{handle}"] = [[f"did={did}"] for did in dids]

    def host(self, handle: str, body: bytes | None = None, *, answer: bytes | None = None) -> None:
        """Let a handle have a host, with a file that has a body."""
        self.names.addresses[handle] = [PUBLIC]
        if body is not None:
            answer = page(body)
        if answer is not None:
            self.pages[f"{handle}/.well-known/atproto-did"] = answer

    @property
    def options(self) -> dict[str, Any]:
        return {
            "plc_url": self.plc.url,
            "nameservers": ["127.0.0.1"],
            "dns_port": self.dns.port,
            "timeout": 10.0,
            "clock": lambda: self.now,
        }

    def run(
        self, scenario: Callable[[Any, Callable[[Any], Awaitable[Any]]], Awaitable[Any]], **options: Any
    ) -> Any:
        """Run a scenario, which gets a resolver and a function that awaits what has to be awaited."""
        given = {**self.options, **options}
        if self.kind == "sync":
            with IdentityResolver(**given) as resolver:
                return _at_once(scenario(resolver, _do))

        async def main() -> Any:
            async with AsyncIdentityResolver(**given) as opened:
                return await scenario(opened, _do)

        return asyncio.run(main()) if self.kind == "asyncio" else trio.run(main)

    def resolve(self, name: str, **options: Any) -> Identity:
        """Look one name up with a resolver of its own."""
        return self.run(lambda resolver, do: do(resolver.resolve(name)), **options)

    def close(self) -> None:
        for each in (self.dns, self.plc, self.hosts):
            each.close()


async def _do(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _at_once(steps: Any) -> Any:
    try:
        steps.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("a synchronous scenario waits for nothing")
