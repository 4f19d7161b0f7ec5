"""Where the shop's programs get their client from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from atlex import PasswordSession
from shop_sdk import Client

SERVICE = os.environ.get("SHOP_SERVICE", "https://pds.example.com")


@dataclass(frozen=True)
class Settings:
    """What a program is told.

    Attributes:
        service: The URL of the server.
        identifier: The shop's account.
        password: Its password.
    """

    service: str = SERVICE
    identifier: str = "shop.test"
    password: str = "password"


@contextmanager
def logged_in(settings: Settings) -> Iterator[Client]:
    """A client that writes as the shop."""
    with PasswordSession.login(
        settings.service, identifier=settings.identifier, password=settings.password
    ) as session:
        yield Client(session)


def anonymous(settings: Settings) -> Client:
    """A client that only reads."""
    return Client(settings.service)


def patient(client: Client) -> Client:
    """The same client, for calls that take long."""
    return client.with_options(timeout=60, retries=3)
