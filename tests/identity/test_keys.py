"""The signing key of a document."""

from __future__ import annotations

import pytest

from atlex._did_document import signing_key

# Of the same point of secp256k1, and of P-256: as older documents have it, and as a did:key (the base points of both).
OLDER = {
    "EcdsaSecp256k1VerificationKey2019": (
        "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
        "e7010279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    ),
    "EcdsaSecp256r1VerificationKey2019": (
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
        "8024036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    ),
}
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def multibase(data: str) -> str:
    number, text = int(data, 16), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "z" + text


def document(kind: object, key: object) -> dict[str, object]:
    return {"verificationMethod": [{"id": "did:plc:x#atproto", "type": kind, "publicKeyMultibase": key}]}


@pytest.mark.parametrize("kind", OLDER)
def test_a_key_of_an_older_type_is_a_did_key_too(kind):
    point, compressed = OLDER[kind]
    expected = f"did:key:{multibase(compressed)}"
    assert signing_key(document(kind, multibase(point))) == expected
    assert signing_key(document("Multikey", multibase(compressed))) == expected


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("EcdsaSecp256k1VerificationKey2019", multibase("02" + "11" * 32)),
        ("EcdsaSecp256k1VerificationKey2019", multibase("05" + "11" * 64)),
        ("EcdsaSecp256k1VerificationKey2019", "z" + "1" * 65),
        ("EcdsaSecp256k1VerificationKey2019", "z"),
        ("JsonWebKey2020", multibase("04" + "11" * 64)),
        (None, multibase("04" + "11" * 64)),
        (["Multikey"], "zabc"),
        ("Multikey", "m" + "A" * 40),
        ("Multikey", "z0"),
        ("Multikey", "z" + "a" * 500),
        ("Multikey", None),
        ("Multikey", 5),
    ],
)
def test_a_key_of_another_form_is_none(kind, key):
    assert signing_key(document(kind, key)) is None
