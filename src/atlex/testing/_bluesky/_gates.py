"""Thread gates and post gates: who may reply to a post, and who may embed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from atlex.testing._bluesky._index import POST_GATE, THREAD_GATE, Index, did_of, features, root_of
from atlex.testing._repo import StoredRecord

__all__ = ["LIST_RULE", "allows_embedding", "allows_reply", "gate_of", "may_embed", "may_reply"]

_RULE: Final = f"{THREAD_GATE}#"
LIST_RULE: Final = f"{_RULE}listRule"
"""The type of a rule that lets the members of a list reply."""


def gate_of(index: Index, collection: str, uri: str) -> StoredRecord | None:
    """The gate of a post: the record under the post's own key that says it is for that post."""
    gate = index.find(f"at://{did_of(uri)}/{collection}/{uri.rpartition('/')[2]}")
    return gate if gate is not None and gate.value["post"] == uri else None


def may_reply(index: Index, post: StoredRecord) -> bool:
    """Whether a post doesn't break the rules of its thread."""
    return allows_reply(index, root_of(post), post.did)


def allows_reply(index: Index, root: str, did: str) -> bool:
    """Whether the rules of a thread let an account reply."""
    gate = gate_of(index, THREAD_GATE, root)
    owner = did_of(root)
    rules: Sequence[Mapping[str, Any]] | None = None if gate is None else gate.value.get("allow")
    if rules is None or did == owner:
        return True
    return any(_allows(index, rule, root, owner, did) for rule in rules)


def _allows(index: Index, rule: Mapping[str, Any], root: str, owner: str, did: str) -> bool:
    match str(rule["$type"]).removeprefix(_RULE):
        case "mentionRule":
            post = index.find(root)
            return post is not None and did in features(post, "mention")
        case "followerRule":
            return index.link("follow", owner, did) is not None
        case "followingRule":
            return index.link("follow", did, owner) is not None
        case "listRule":
            return index.link("list item", rule["list"], did) is not None
        case _:
            return False


def allows_embedding(index: Index, uri: str, did: str) -> bool:
    """Whether a post's gate lets an account embed it."""
    gate = gate_of(index, POST_GATE, uri)
    rules: Sequence[Any] = () if gate is None else gate.value.get("embeddingRules", ())
    return did == did_of(uri) or not rules


def may_embed(index: Index, uri: str, did: str, by: str | None = None) -> bool:
    """Whether a post may be shown where it is embedded.

    Args:
        index: The records of all accounts.
        uri: The embedded post.
        did: The account that embeds it.
        by: The post that embeds it; None for a message.
    """
    gate = gate_of(index, POST_GATE, uri)
    detached: Sequence[str] = () if gate is None else gate.value.get("detachedEmbeddingUris", ())
    return by not in detached and allows_embedding(index, uri, did)
