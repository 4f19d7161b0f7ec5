"""What a handle or a DID leads to, and what is wrong where it leads nowhere."""

from __future__ import annotations

import json

import pytest
from tests.fetch.conftest import ABANDONED, leading_to, page
from tests.identity._world import ALICE, BOB, KEY, World, document

from atlex.errors import (
    AtlexError,
    IdentityAmbiguousError,
    IdentityError,
    IdentityFailedError,
    IdentityMismatchError,
    IdentityNotFoundError,
    InputError,
)

HANDLE = "alice.example.com"
pytestmark = ABANDONED


class TestAHandle:
    def test_is_found_by_dns(self, world: World):
        world.txt(HANDLE, ALICE)
        alice = world.resolve("Alice.Example.COM")
        assert (alice.did, alice.handle, alice.pds) == (ALICE, HANDLE, "https://pds.example.net")
        assert alice.signing_key == f"did:key:{KEY}"
        assert alice.document == document(ALICE)
        assert world.dns.queries == {"_atproto.alice.example.com": 1}

    @pytest.mark.parametrize(
        "body",
        [
            ALICE.encode(),
            ALICE.encode() + b"\n",
            ALICE.encode() + b"\r\nmore\r\n",
            b" " + ALICE.encode() + b" \n",
        ],
    )
    def test_is_found_by_its_host(self, world: World, body):
        world.host(HANDLE, body)
        assert world.resolve(HANDLE).did == ALICE

    def test_is_found_behind_redirects_of_its_host(self, world: World):
        world.host(HANDLE, answer=leading_to("https://www.example.net/did"))
        world.host("www.example.net")
        world.pages["www.example.net/did"] = page(ALICE.encode())
        assert world.resolve(HANDLE).did == ALICE

    def test_is_what_dns_says_where_its_host_says_something_else(self, world: World):
        world.txt(HANDLE, ALICE)
        world.host(HANDLE, BOB.encode())
        assert world.resolve(HANDLE).did == ALICE

    def test_is_found_by_a_record_in_several_strings_among_others(self, world: World):
        world.dns.texts[f"_atproto.{HANDLE}"] = [
            ["v=spf1 -all"],
            ["did=did:plc:", ALICE[8:20], ALICE[20:]],
            ["DID=x"],
        ]
        assert world.resolve(HANDLE).did == ALICE

    def test_is_ambiguous_with_two_records_whatever_its_host_says(self, world: World):
        world.txt(HANDLE, ALICE, BOB)
        world.host(HANDLE, ALICE.encode())
        with pytest.raises(
            IdentityAmbiguousError, match=r"2 TXT records of _atproto.alice.example.com"
        ) as caught:
            world.resolve(HANDLE)
        assert caught.value.identifier == HANDLE

    def test_is_nobodys_where_neither_knows_it(self, world: World):
        world.host(HANDLE)
        with pytest.raises(IdentityNotFoundError, match=r"alice.example.com is nobody's handle"):
            world.resolve(HANDLE)

    def test_is_nobodys_without_a_host(self, world: World):
        with pytest.raises(IdentityNotFoundError):
            world.resolve("nobody.example.com")

    @pytest.mark.parametrize(
        "answer",
        [
            page(b"<!doctype html>"),
            page(b""),
            page(b"did:plc"),
            page(f"see {ALICE}".encode()),
            page(f"\n{ALICE}".encode()),
            page(b"\xff" + ALICE.encode()),
            page(ALICE.encode() + b"\n" + b"x" * 2048),
            page(ALICE.encode(), "403 Forbidden"),
            page(ALICE.encode(), "206 Partial Content"),
            page(ALICE.encode(), content_encoding="br"),
        ],
    )
    def test_is_nobodys_where_its_host_has_another_page(self, world: World, answer):
        world.host(HANDLE, answer=answer)
        with pytest.raises(IdentityNotFoundError):
            world.resolve(HANDLE)

    def test_is_found_by_its_host_where_dns_fails(self, world: World):
        world.dns.trouble[f"_atproto.{HANDLE}"] = "broken"
        world.host(HANDLE, ALICE.encode())
        assert world.resolve(HANDLE).did == ALICE

    def test_is_not_waited_for_where_dns_has_it_and_its_host_hangs(self, world: World):
        world.txt(HANDLE, ALICE)
        world.host(HANDLE, answer=b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n")
        assert world.resolve(HANDLE, timeout=60).did == ALICE

    @pytest.mark.parametrize("trouble", ["broken", "silent"])
    def test_fails_where_dns_does_and_its_host_has_none(self, world: World, trouble):
        world.dns.trouble[f"_atproto.{HANDLE}"] = trouble
        world.host(HANDLE)
        with pytest.raises(IdentityFailedError, match="couldn't be found out: DNS failed"):
            world.resolve(HANDLE, timeout=0.3)

    @pytest.mark.parametrize(
        "status", ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"]
    )
    def test_fails_where_its_host_is_in_trouble(self, world: World, status):
        world.host(HANDLE, answer=page(b"oh", status))
        with pytest.raises(IdentityFailedError, match=f"answers with {status[:3]}"):
            world.resolve(HANDLE)

    @pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1"])
    def test_fails_where_its_host_is_at_a_private_address(self, world: World, address):
        world.names.addresses[HANDLE] = [address]
        with pytest.raises(IdentityFailedError, match="isn't public") as caught:
            world.resolve(HANDLE)
        assert address not in str(caught.value)
        assert not world.hosts.heads

    @pytest.mark.parametrize("text", ["", "alice", "did:plc", " " + ALICE, '"' + ALICE + '"'])
    def test_fails_where_its_record_has_no_did(self, world: World, text):
        world.txt(HANDLE, text)
        world.host(HANDLE, ALICE.encode())
        with pytest.raises(IdentityFailedError, match="has no DID"):
            world.resolve(HANDLE)

    @pytest.mark.parametrize("claimed", ["bob.example.com", None, "ALICE", "alice.example.com.evil.example"])
    def test_is_not_that_of_a_document_that_names_another(self, world: World, claimed):
        world.txt(HANDLE, ALICE)
        world.documents[ALICE] = document(ALICE, claimed)
        with pytest.raises(IdentityMismatchError, match=f"leads to {ALICE}, whose document names"):
            world.resolve(HANDLE)

    def test_is_the_first_of_a_document(self, world: World):
        world.txt(HANDLE, ALICE)
        names = ["https://alice.example.com", "at://ALICE.example.com", "at://bob.example.com"]
        world.documents[ALICE] = document(ALICE, alsoKnownAs=names)
        assert world.resolve(HANDLE).handle == HANDLE
        world.documents[ALICE] = document(
            ALICE, alsoKnownAs=["at://bob.example.com", "at://alice.example.com"]
        )
        with pytest.raises(IdentityMismatchError):
            world.resolve(HANDLE)

    @pytest.mark.parametrize(
        "handle",
        ["handle.invalid", "a.local", "a.onion", "x.arpa", "a.localhost", "a.internal", "a.example", "a.alt"],
    )
    def test_is_nobodys_under_a_reserved_domain(self, world: World, handle):
        with pytest.raises(IdentityNotFoundError, match="in which nobody has a handle"):
            world.resolve(handle)
        assert not world.dns.queries

    def test_of_the_greatest_length_has_no_record(self, world: World):
        handle = ".".join(["a" * 61] * 4) + ".com"
        with pytest.raises(IdentityNotFoundError):
            world.resolve(handle)

    @pytest.mark.parametrize(
        "name", ["", "alice", "@alice.example.com", "al ice.example.com", "at://x.com", "did:", 5]
    )
    def test_has_to_be_one(self, world: World, name):
        with pytest.raises(InputError):
            world.resolve(name)


class TestADid:
    def test_has_the_handle_that_leads_back(self, world: World):
        world.txt(HANDLE, ALICE)
        assert world.resolve(ALICE).handle == HANDLE

    @pytest.mark.parametrize(
        "claimed",
        ["bob.example.com", "handle.invalid", "not a handle", "b.local", "", "alice.example.com/x", "@a.com"],
    )
    def test_has_no_handle_where_that_leads_elsewhere(self, world: World, claimed):
        world.txt("bob.example.com", BOB)
        world.documents[ALICE] = document(ALICE, claimed)
        alice = world.resolve(ALICE)
        assert (alice.did, alice.handle, alice.pds) == (ALICE, None, "https://pds.example.net")

    def test_has_no_handle_where_that_is_ambiguous_or_fails(self, world: World):
        world.txt(HANDLE, ALICE, BOB)
        assert world.resolve(ALICE).handle is None
        world.dns.trouble[f"_atproto.{HANDLE}"] = "broken"
        assert world.resolve(ALICE).handle is None

    def test_that_nobody_has_is_not_found(self, world: World):
        with pytest.raises(IdentityNotFoundError, match="there is no such account"):
            world.resolve(BOB)

    def test_that_is_deleted_is_not_found(self, world: World):
        world.documents[BOB] = page(json.dumps({"message": "DID not available"}).encode(), "410 Gone")
        with pytest.raises(IdentityNotFoundError, match="the account is no more"):
            world.resolve(BOB)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b'"x"',
            b"{}",
            b'{"id": 5}',
            json.dumps(document(BOB)).encode(),
            b"[" * 9000,
            b"x" * 300_000,
        ],
    )
    def test_fails_where_its_document_is_none(self, world: World, body):
        world.documents[ALICE] = page(body)
        with pytest.raises(IdentityFailedError, match=ALICE):
            world.resolve(ALICE)

    @pytest.mark.parametrize(
        "status", ["500 Internal Server Error", "429 Too Many Requests", "204 No Content"]
    )
    def test_fails_where_the_directory_does(self, world: World, status):
        world.documents[ALICE] = page(b"", status)
        with pytest.raises(IdentityFailedError, match=f"answers with {status[:3]}"):
            world.resolve(ALICE)

    def test_fails_where_the_directory_cant_be_reached(self, world: World):
        with pytest.raises(IdentityFailedError, match="No connection"):
            world.resolve(ALICE, plc_url="https://plc.example.com")

    @pytest.mark.parametrize(
        "did", ["did:plc:short", "did:plc:AAAAAAAAAAAAAAAAAAAAAAAA", "did:plc:..", "did:plc:a%2fb"]
    )
    def test_of_another_form_is_nobodys(self, world: World, did):
        with pytest.raises(IdentityNotFoundError):
            world.resolve(did)
        assert not world.plc.heads

    def test_of_the_web_is_at_its_host(self, world: World):
        did = "did:web:alice.example.com"
        world.names.addresses[HANDLE] = ["93.184.215.14"]
        world.pages[f"{HANDLE}/.well-known/did.json"] = page(json.dumps(document(did)).encode())
        world.txt(HANDLE, did)
        assert world.resolve(did).handle == HANDLE
        assert world.resolve(HANDLE).did == did

    @pytest.mark.parametrize(
        "did",
        [
            "did:web:example.com:user:alice",
            "did:web:example.com%3A8443",
            "did:web:example.com%2Fpath",
            "did:web:localhost",
            "did:web:localhost%3A2583",
            "did:web:127.0.0.1",
            "did:web:com",
            "did:web:a.internal",
            "did:key:zQ3sh",
            "did:web:user%40example.com",
        ],
    )
    def test_of_another_kind_is_refused(self, world: World, did):
        with pytest.raises(IdentityError):
            world.resolve(did)
        assert not world.hosts.heads
        assert not world.wires.connected

    def test_of_the_web_without_a_host_is_not_found(self, world: World):
        with pytest.raises(IdentityNotFoundError, match="no host of this name"):
            world.resolve("did:web:nobody.example.com")

    def test_of_the_web_at_a_private_address_fails(self, world: World):
        world.names.addresses[HANDLE] = ["192.168.0.1"]
        with pytest.raises(IdentityFailedError, match="isn't public"):
            world.resolve("did:web:alice.example.com")

    @pytest.mark.parametrize(
        ("changes", "pds", "has_key"),
        [
            ({"service": []}, None, True),
            ({"service": "x"}, None, True),
            ({"service": [{"id": "#atproto_pds", "serviceEndpoint": "http://pds.example.net"}]}, None, True),
            (
                {"service": [{"id": "#atproto_pds", "serviceEndpoint": "https://u:p@pds.example.net"}]},
                None,
                True,
            ),
            ({"service": [{"id": "#atproto_pds", "serviceEndpoint": {"x": 1}}]}, None, True),
            (
                {"service": [{"id": f"{ALICE}#atproto_pds", "serviceEndpoint": "https://PDS.example.net/x"}]},
                "https://pds.example.net",
                True,
            ),
            ({"verificationMethod": None}, "https://pds.example.net", False),
            (
                {
                    "verificationMethod": [
                        {"id": "#atproto", "type": "Multikey", "publicKeyMultibase": "z0OIl"}
                    ]
                },
                "https://pds.example.net",
                False,
            ),
            (
                {"verificationMethod": [{"id": "#other", "type": "Multikey", "publicKeyMultibase": KEY}]},
                "https://pds.example.net",
                False,
            ),
            ({"alsoKnownAs": {"at": "at://alice.example.com"}}, "https://pds.example.net", True),
            ({"alsoKnownAs": [5, None, ["at://alice.example.com"]]}, "https://pds.example.net", True),
        ],
    )
    def test_has_what_its_document_has(self, world: World, changes, pds, has_key):
        world.txt(HANDLE, ALICE)
        world.documents[ALICE] = document(ALICE, **changes)
        alice = world.resolve(ALICE)
        assert alice.pds == pds
        assert (alice.signing_key == f"did:key:{KEY}") == has_key


def test_everything_that_is_wrong_is_in_the_tree_of_errors():
    for kind in (IdentityNotFoundError, IdentityAmbiguousError, IdentityMismatchError, IdentityFailedError):
        assert issubclass(kind, IdentityError)
        assert issubclass(kind, AtlexError)


def test_a_resolver_can_be_called_and_says_where_it_looks(world: World):
    world.txt(HANDLE, ALICE)

    async def scenario(resolver, do):
        return (await do(resolver(HANDLE))).did, repr(resolver)

    did, shown = world.run(scenario)
    assert did == ALICE
    assert world.plc.url in shown
    assert "alsoKnownAs" not in repr(world.resolve(ALICE))


@pytest.mark.parametrize(
    "wrong",
    [
        {"nameservers": "127.0.0.1"},
        {"nameservers": ["dns.example"]},
        {"nameservers": ["https://dns.example/dns-query"]},
        {"nameservers": [5]},
        {"dns_port": 0},
        {"dns_port": 70_000},
        {"timeout": 0},
        {"timeout": 61},
        {"timeout": None},
        {"plc_url": "plc.directory"},
        {"cache": {}},
        {"allow_private": 1},
        {"clock": 5},
    ],
)
def test_an_option_that_cant_be_used_is_refused(world: World, wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        world.resolve(ALICE, **wrong)


def test_private_networks_are_allowed_where_that_is_said(world: World):
    did = f"did:web:localhost%3A{world.plc.port}"
    world.documents[".well-known/did.json"] = document(
        did, service=[{"id": "#atproto_pds", "serviceEndpoint": "http://localhost:2583"}]
    )
    world.txt(HANDLE, did)
    alice = world.resolve(HANDLE, allow_private=True)
    assert (alice.did, alice.pds) == (did, "http://localhost:2583")
