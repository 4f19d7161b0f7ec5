"""``app.bsky.notification.*``: what happened to an account, and what it has seen of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from atlex.testing._bluesky._area import Area, page
from atlex.testing._bluesky._index import POST, root_of
from atlex.testing._bluesky._notices import Notice
from atlex.testing._bluesky._post_views import PostViews
from atlex.testing._methods import Call, method
from atlex.testing._wire import PdsError

__all__ = ["NotificationMethods"]

_FILTERABLE: Final = (
    "follow",
    "like",
    "likeViaRepost",
    "mention",
    "quote",
    "reply",
    "repost",
    "repostViaRepost",
)
_SIMPLE: Final = ("starterpackJoined", "subscribedPost", "unverified", "verified")


class NotificationMethods(Area):
    """The methods that list notifications and keep what has been seen."""

    @method("app.bsky.notification.listNotifications", auth="access")
    def list_notifications(self, call: Call) -> Any:
        """Give the caller's notifications, newest first."""
        views, params = self.views(call), call.params
        _refuse_seen_at(call)
        reasons: Sequence[str] = params.get("reasons", ())
        notices = [n for n in self._notices(views)[::-1] if not reasons or n.reason in reasons]
        if params.get("priority"):
            link = self.world.index.link
            notices = [n for n in notices if link("follow", n.record.did, views.viewer) is not None]
        shown, cursor = page(notices, params, lambda notice: notice.record.number)
        seen_at = views.own.seen_at
        if seen_at is None and "cursor" not in params and shown:
            # The real app view does the same for an account that never called updateSeen.
            seen_at = shown[0].record.indexed_at
        seen = {} if seen_at is None else {"seenAt": seen_at}
        listed = [self._view(views, notice, seen_at) for notice in shown]
        return {"notifications": listed, "priority": params.get("priority", False), **seen, **cursor}

    @method("app.bsky.notification.getUnreadCount", auth="access")
    def get_unread_count(self, call: Call) -> Any:
        """Count the notifications that the caller hasn't seen."""
        _refuse_seen_at(call)
        own = self.views(call).own
        # Mutes and blocks don't matter here, as in the real app view.
        notices = self.world.notices.of(call.did or "")
        return {"count": sum(notice.record.indexed_at > (own.seen_at or "") for notice in notices)}

    @method("app.bsky.notification.updateSeen", auth="access")
    def update_seen(self, call: Call) -> None:
        """Store the time up to which the caller has seen all notifications."""
        self.views(call).own.seen_at = call.input["seenAt"]

    @method("app.bsky.notification.getPreferences", auth="access")
    def get_preferences(self, call: Call) -> Any:
        """Give the caller's notification preferences."""
        return {"preferences": _with_defaults(self.views(call).own.notification_preferences)}

    @method("app.bsky.notification.putPreferencesV2", auth="access")
    def put_preferences(self, call: Call) -> Any:
        """Change some of the caller's notification preferences."""
        own = self.views(call).own
        own.notification_preferences = {**own.notification_preferences, **call.input}
        return {"preferences": _with_defaults(own.notification_preferences)}

    def _notices(self, views: PostViews) -> Sequence[Notice]:
        return [
            notice
            for notice in self.world.notices.of(views.viewer)
            if views.is_shown(notice.record)
            and not views.is_muted(notice.record.did)
            and (notice.subject is None or self.world.index.find(notice.subject) is not None)
            and not self._is_in_muted_thread(views, notice)
        ]

    def _is_in_muted_thread(self, views: PostViews, notice: Notice) -> bool:
        post = notice.record
        if post.collection != POST:
            found = None if notice.subject is None else self.world.index.find(notice.subject)
            if found is None or found.collection != POST:
                return False
            post = found
        return root_of(post) in views.own.muted_threads

    def _view(self, views: PostViews, notice: Notice, seen_at: str | None) -> dict[str, Any]:
        record = notice.record
        subject = {} if notice.subject is None else {"reasonSubject": notice.subject}
        return {
            "uri": record.uri,
            "cid": record.cid,
            "author": views.profile(self.actor(record.did)),
            "reason": notice.reason,
            **subject,
            "record": record.value,
            "isRead": seen_at is None or seen_at > record.indexed_at,
            "indexedAt": record.indexed_at,
            "labels": views.labels(record),
        }


def _refuse_seen_at(call: Call) -> None:
    if "seenAt" in call.params:
        raise PdsError(400, message="The seenAt parameter is unsupported")


def _with_defaults(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "chat": {"include": "all", "push": True},
        **{name: {"include": "all", "list": True, "push": True} for name in _FILTERABLE},
        **{name: {"list": True, "push": True} for name in _SIMPLE},
        **stored,
    }
