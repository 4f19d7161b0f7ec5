"""Thread gates and post gates: the rules that callers give, and the records made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from atlex.errors import InputError
from atlex_bsky._subjects import Subject
from atlex_sdk.app.bsky.feed import postgate, threadgate

__all__ = ["ReplyGate", "ReplyRule", "allowed", "post_gate", "rules_of", "thread_gate"]

ReplyRule: TypeAlias = Literal["mentioned", "followers", "following"] | Subject
"""Who may reply: accounts that the post mentions, the author's followers, accounts that the author follows, or
members of a list, by its AT-URI, its link at bsky.app, or its view.
"""

ReplyGate: TypeAlias = Literal["nobody"] | ReplyRule | Sequence[ReplyRule]
"""Nobody, or accounts that fit one of up to five rules."""

_RULES: Final[Mapping[object, Callable[[], threadgate.ThreadgateAllowItem]]] = {
    "mentioned": threadgate.MentionRule,
    "followers": threadgate.FollowerRule,
    "following": threadgate.FollowingRule,
}
_MOST: Final = 5


def rules_of(gate: ReplyGate) -> tuple[ReplyRule, ...]:
    """The rules that a caller means; none for nobody.

    Raises:
        InputError: There are too many, or none where nobody wasn't said.
    """
    if gate == "nobody":
        return ()
    rules = tuple(gate) if isinstance(gate, Sequence) and not isinstance(gate, str) else (gate,)
    if not 1 <= len(rules) <= _MOST:
        raise InputError(
            f'reply_gate has 1 to {_MOST} rules, not {len(rules)}: "nobody" lets nobody reply, None everybody'
        )
    return rules


def allowed(rule: ReplyRule) -> threadgate.ThreadgateAllowItem | None:
    """The rule as the record has it; None for a list, whose AT-URI has to be found.

    Raises:
        InputError: It is a word that is no rule.
    """
    made = _RULES.get(rule) if isinstance(rule, str) else None
    if made is None and isinstance(rule, str) and ":" not in rule:
        words = ", ".join(map(repr, _RULES))
        raise InputError(
            f"reply_gate has no rule {rule[:60]!r}: it is 'nobody' alone, or some of {words} and lists"
        )
    return made and made()


def thread_gate(
    post: str, allow: Sequence[threadgate.ThreadgateAllowItem], created_at: str
) -> threadgate.Threadgate:
    """The record that lets only those reply who fit a rule (app.bsky.feed.threadgate)."""
    return threadgate.Threadgate(post=post, allow=list(allow), created_at=created_at)


def post_gate(post: str, created_at: str) -> postgate.Postgate:
    """The record that lets nobody quote a post (app.bsky.feed.postgate)."""
    return postgate.Postgate(post=post, embedding_rules=[postgate.DisableRule()], created_at=created_at)
