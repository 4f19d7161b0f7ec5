"""Records that break one rule each, and some that break none, for a PDS and the client to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["CASES", "Case"]

_CREATED: Final = "2026-01-02T03:04:05.678Z"
_DID: Final = "did:plc:alice234alice234alice234"
_CID: Final = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
_BLOB: Final = "bafkreidlp6sdj6jkroakvmbntpy2clsj77foijheae5byt3iwz7d2k542a"
_POST_URI: Final = f"at://{_DID}/app.bsky.feed.post/3jzfcijpj2z2a"
_LIST_URI: Final = f"at://{_DID}/app.bsky.graph.list/3jzfcijpj2z2a"
_REF: Final = {"uri": _POST_URI, "cid": _CID}
_SUBJECT: Final = {"subject": _REF, "createdAt": _CREATED}
_THUMB: Final = "\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-3}"
_FAMILY: Final = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}\u200d\N{BOY}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One record.

    Attributes:
        collection: Where it is written to.
        record: Its JSON. The string ``<blob>`` in it stands for a PNG file that was uploaded.
        rkey: Its record key, or None.
        good: Whether it keeps all rules.
        laxer: Why the PDS stores it although it breaks a rule of the client's, or None.
        mended: Why the client sends something else, which is good, instead of refusing it, or None.
    """

    collection: str
    record: Mapping[str, Any]
    rkey: str | None = None
    good: bool = False
    laxer: str | None = None
    mended: str | None = None


def _case(
    collection: str,
    base: Mapping[str, Any],
    rkey: str | None = None,
    *,
    good: bool = False,
    laxer: str | None = None,
    mended: str | None = None,
    **changes: Any,
) -> Case:
    """The base with changes; ``...`` takes a member out."""
    members = {
        "$type": collection,
        **base,
        **{name.replace("type_", "$type"): changes[name] for name in changes},
    }
    record = {name: value for name, value in members.items() if value is not ...}
    return Case(collection=collection, record=record, rkey=rkey, good=good, laxer=laxer, mended=mended)


def _post(rkey: str | None = None, **changes: Any) -> Case:
    return _case("app.bsky.feed.post", {"text": "hello", "createdAt": _CREATED}, rkey, **changes)


def _like(rkey: str | None = None, **changes: Any) -> Case:
    return _case("app.bsky.feed.like", _SUBJECT, rkey, **changes)


def _profile(rkey: str | None = "self", **changes: Any) -> Case:
    return _case("app.bsky.actor.profile", {"displayName": "Alice"}, rkey, **changes)


def _list(**changes: Any) -> Case:
    base = {"name": "Friends", "purpose": "app.bsky.graph.defs#curatelist", "createdAt": _CREATED}
    return _case("app.bsky.graph.list", base, **changes)


def _generator(rkey: str | None = None, **changes: Any) -> Case:
    base = {"did": "did:web:feeds.example.com", "displayName": "Cats", "createdAt": _CREATED}
    return _case("app.bsky.feed.generator", base, rkey, **changes)


def _threadgate(**changes: Any) -> Case:
    return _case("app.bsky.feed.threadgate", {"post": _POST_URI, "createdAt": _CREATED}, **changes)


def _pack(**changes: Any) -> Case:
    base = {"name": "Cats", "list": _LIST_URI, "createdAt": _CREATED}
    return _case("app.bsky.graph.starterpack", base, **changes)


def _status(**changes: Any) -> Case:
    base = {"status": "app.bsky.actor.status#live", "createdAt": _CREATED}
    return _case("app.bsky.actor.status", base, "self", **changes)


def _verification(**changes: Any) -> Case:
    base = {"subject": _DID, "handle": "alice.example.com", "displayName": "Alice", "createdAt": _CREATED}
    return _case("app.bsky.graph.verification", base, **changes)


def _labeler(**changes: Any) -> Case:
    base = {"policies": {"labelValues": ["spam"]}, "createdAt": _CREATED}
    return _case("app.bsky.labeler.service", base, "self", **changes)


def _blob(mime_type: str = "image/png", size: int = 1000, cid: str = _BLOB) -> dict[str, Any]:
    return {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime_type, "size": size}


def _images(*images: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.images", "images": list(images)}


def _image(**changes: Any) -> dict[str, Any]:
    return {"image": "<blob>", "alt": "a cat", **changes}


def _external(**changes: Any) -> dict[str, Any]:
    external = {"uri": "https://example.com/", "title": "Example", "description": "", **changes}
    return {"$type": "app.bsky.embed.external", "external": external}


def _facet(start: Any = 0, **feature: Any) -> dict[str, Any]:
    kind = {"did": "mention", "uri": "link"}.get(next(iter(feature), "tag"), "tag")
    named = {"$type": f"app.bsky.richtext.facet#{kind}", **feature}
    return {"index": {"byteStart": start, "byteEnd": 5}, "features": [named]}


CASES: Final[Mapping[str, Case]] = {
    # Good ones
    "good post": _post(good=True),
    "good post, 300 thumbs-up with skin tone": _post(text=_THUMB * 300, good=True),
    "good post, 120 families": _post(text=_FAMILY * 120, good=True),
    "good post, image, facets, languages, tags": _post(
        embed=_images(_image(aspectRatio={"width": 1, "height": 1})),
        facets=[_facet(tag="cats"), _facet(uri="https://example.com/") | {"features": []}],
        langs=["en", "pt-BR", "zh-Hant-TW"],
        tags=["a" * 64] * 8,
        good=True,
    ),
    "good post, embed of a type nobody knows": _post(embed={"$type": "com.example.embed", "a": 1}, good=True),
    "good reply with a key": _post("3jzfcijpj2z2a", reply={"root": _REF, "parent": _REF}, good=True),
    "good like": _like(good=True),
    "good profile": _profile(avatar="<blob>", website="https://example.com", good=True),
    "good list, purpose nobody knows": _list(purpose="com.example.defs#other", good=True),
    "good feed generator with a name for key": _generator("cats", good=True),
    "good thread gate": _threadgate(allow=[{"$type": "app.bsky.feed.threadgate#followerRule"}], good=True),
    "good starter pack": _pack(feeds=[{"uri": _POST_URI}] * 3, good=True),
    "good status": _status(durationMinutes=1, embed=_external(), good=True),
    "good verification": _verification(good=True),
    "good labeler": _labeler(subjectCollections=["app.bsky.feed.post"], good=True),
    # Required members
    "post without text": _post(text=...),
    "post without createdAt": _post(createdAt=...),
    "like without subject": _like(subject=...),
    "like's subject without cid": _like(subject={"uri": _POST_URI}),
    "reply without parent": _post(reply={"root": _REF}),
    "image without alt text": _post(embed=_images({"image": "<blob>"})),
    "external embed without title": _post(embed={**_external(), "external": {"uri": "https://example.com/"}}),
    "list without purpose": _list(purpose=...),
    # Types
    "text is a number": _post(text=1),
    "text is null": _post(text=None),
    "reply is null": _post(reply=None, mended="None for an optional member means that it is absent"),
    "text is a list": _post(text=["hello"]),
    "langs is a string": _post(langs="en"),
    "langs holds a number": _post(langs=[1]),
    "subject is a string": _like(subject=_POST_URI),
    "facet's byteStart is a string": _post(facets=[_facet("0", tag="cats")]),
    "facet's byteStart is true": _post(facets=[_facet(True, tag="cats")]),
    "durationMinutes is a string": _status(durationMinutes="5"),
    "acceptsInteractions is a number": _generator(acceptsInteractions=1),
    "acceptsInteractions is a string": _generator(acceptsInteractions="true"),
    "facets is an object": _post(facets={}),
    "avatar is a string": _profile(avatar="cat.png"),
    # Lengths
    "post of 301 letters": _post(text="x" * 301),
    "post of 301 thumbs-up with skin tone": _post(text=_THUMB * 301),
    "post of 121 families": _post(text=_FAMILY * 121),
    "display name of 65 letters": _profile(displayName="x" * 65),
    "display name of 26 families": _profile(displayName=_FAMILY * 26),
    "feed name of 25 letters": _generator(displayName="x" * 25),
    "list name empty": _list(name=""),
    "list name of 65 bytes": _list(name="\u00e9" * 32 + "x"),
    "starter pack's name empty": _pack(name=""),
    "tag of 65 letters": _post(tags=["x" * 65]),
    "facet's tag of 65 letters": _post(facets=[_facet(tag="x" * 65)]),
    # How many
    "4 languages": _post(langs=["en", "de", "fr", "it"]),
    "9 tags": _post(tags=["a"] * 9),
    "5 images": _post(embed=_images(*[_image()] * 5)),
    "6 rules of a thread gate": _threadgate(allow=[{"$type": "app.bsky.feed.threadgate#followerRule"}] * 6),
    "4 feeds in a starter pack": _pack(feeds=[{"uri": _POST_URI}] * 4),
    # Ranges
    "facet's byteStart is negative": _post(facets=[_facet(-1, tag="cats")]),
    "aspect ratio 0": _post(embed=_images(_image(aspectRatio={"width": 0, "height": 1}))),
    "duration of 0 minutes": _status(durationMinutes=0),
    "fraction for an integer": _status(durationMinutes=1.5),
    # Formats
    "datetime in words": _post(createdAt="today"),
    "datetime without zone": _post(createdAt="2026-01-02T03:04:05"),
    "datetime without time": _post(createdAt="2026-01-02"),
    "datetime of month 13": _post(createdAt="2026-13-02T03:04:05Z"),
    "datetime with zone -00:00": _post(createdAt="2026-01-02T03:04:05-00:00"),
    "language that isn't one": _post(langs=["not a language"]),
    "at-uri of another scheme": _like(subject={**_REF, "uri": "https://example.com/"}),
    "at-uri with a bad authority": _threadgate(post="at://nobody/app.bsky.feed.post/a"),
    "at-uri in a list": _threadgate(hiddenReplies=["x"]),
    "cid that isn't one": _like(subject={**_REF, "cid": "not-a-cid"}),
    "did without method": _generator(did="did:"),
    "did that is a handle": _verification(subject="alice.example.com"),
    "handle with an underscore": _verification(handle="al_ice.example.com"),
    "handle of one part": _verification(handle="alice"),
    "uri without scheme": _profile(website="example.com"),
    "uri with a space": _post(embed=_external(uri="https://example.com/a b")),
    "nsid that isn't one": _labeler(subjectCollections=["post"]),
    "facet's did that isn't one": _post(facets=[_facet(did="alice")]),
    # Unions
    "embed without $type": _post(embed={"images": []}),
    "embed is a string": _post(embed="cat.png"),
    "facet's feature without $type": _post(facets=[{**_facet(), "features": [{"tag": "cats"}]}]),
    "embed of a known type that is broken": _post(embed={"$type": "app.bsky.embed.images", "images": 5}),
    "labels of a known type that is broken": _post(labels={"$type": "com.atproto.label.defs#selfLabels"}),
    "media of a known type that is broken": _post(
        embed={
            "$type": "app.bsky.embed.recordWithMedia",
            "record": {"record": _REF},
            "media": _images(_image(alt=5)),
        }
    ),
    # Blobs
    "avatar of another media type": _profile(avatar=_blob("image/gif")),
    "avatar too large": _profile(avatar=_blob(size=1_000_001)),
    "image that is a text": _post(embed=_images(_image(image=_blob("text/plain")))),
    "image too large": _post(embed=_images(_image(image=_blob(size=2_000_001)))),
    "blob without ref": _profile(avatar={"$type": "blob", "mimeType": "image/png", "size": 1}),
    "blob whose ref is a string": _profile(
        avatar={"$type": "blob", "ref": _BLOB, "mimeType": "image/png", "size": 1}
    ),
    "blob with a string for size": _profile(avatar={**_blob(), "size": "1"}),
    "blob of the old form": _profile(avatar={"cid": _BLOB, "mimeType": "image/png"}),
    # $type
    "$type of another record": _post(type_="app.bsky.feed.like"),
    "$type that isn't a string": _post(type_=5),
    # Record keys
    "post's key isn't a tid": _post("self"),
    "post's key has a slash": _post("a/b"),
    "profile's key isn't self": _profile("other"),
    "feed's key has a space": _generator("a b"),
    "feed's key is ..": _generator(".."),
    "feed's key of 513 letters": _generator("a" * 513),
    # What the language allows and the client doesn't
    "misspelt member": _post(
        createdat=_CREATED, laxer="records are open: undeclared members are stored, a misspelling among them"
    ),
}
