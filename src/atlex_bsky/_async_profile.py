"""The asynchronous Bluesky layer's part for the profile and preferences."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final

import anyio
from anyio import to_thread

from atlex import Blob, InvalidSwapError, LegacyBlob, RecordNotFoundError, now
from atlex.errors import InputError
from atlex_bsky._async_core import AsyncCore
from atlex_bsky._locks import account_lock
from atlex_bsky._preferences import Preferences, PreferencesConflictError
from atlex_bsky.media._limits import max_blob_size
from atlex_bsky.media._values import Image
from atlex_sdk.app.bsky import actor

__all__ = ["AsyncProfile"]

_PICTURES: Final = frozenset({"image/jpeg", "image/png"})
_WRITES: Final = 5
_WAIT: Final = 0.1
_LOCK_POLL: Final = 0.01


class AsyncProfile(AsyncCore):
    """The part of `AsyncBluesky` for the profile and preferences."""

    async def upsert_profile(
        self,
        change: Callable[[actor.profile.Profile], actor.profile.Profile | None] | None = None,
        *,
        avatar: Image | None = None,
        banner: Image | None = None,
    ) -> actor.profile.Profile:
        """Change the account's profile, or make one.

        The record is read (com.atproto.repo.getRecord), changed, and written in place of the version that was
        read (com.atproto.repo.putRecord with ``swapRecord``). If another program wrote in between, all of
        this is repeated, five times at most, so that neither change is lost. Unknown fields are kept. Nothing
        is written if nothing changes. Pictures are sent before (com.atproto.repo.uploadBlob).

        Args:
            change: Changes the profile that it is given, an empty one where there is none, or returns another
                one. It is called once for each try. None: only the pictures change.
            avatar: The account's new picture, which apps show as a circle; its ``alt`` isn't stored. It takes
                the extra ``media``. None: no change.
            banner: The new picture at the top of the profile, as for ``avatar``.

        Returns:
            The profile as it is now.

        Raises:
            InputError: The changed profile breaks its lexicon, or a picture can't be read or isn't one that
                profiles may have.
            InvalidSwapError: Other programs wrote each time.
            XrpcResponseValidationError: The present profile can't be read, and so isn't replaced.
            XrpcError: A call failed.
        """
        records = self._client.app.bsky.actor.profile
        new_avatar = None if avatar is None else await self._picture(avatar, "avatar")
        new_banner = None if banner is None else await self._picture(banner, "banner")
        tries = 0
        while True:
            try:
                stored = await records.get()
            except RecordNotFoundError:
                cid, before, profile = None, None, actor.profile.Profile(created_at=now())
            else:
                cid, before, profile = stored.cid, stored.value.to_wire(), stored.value
            changed = profile if change is None else change(profile) or profile
            changed.avatar = new_avatar or changed.avatar
            changed.banner = new_banner or changed.banner
            if changed.to_wire() == before:
                return changed
            try:
                await records.put(changed, swap_record=cid)
            except InvalidSwapError:
                tries += 1
                if tries == _WRITES:
                    raise
                await anyio.sleep(_pause(tries))
            else:
                return changed

    async def _picture(self, image: Image, field: str) -> Blob | LegacyBlob:
        """Send a picture of the profile."""
        from atlex_bsky.media._pictures import prepare

        limit = max_blob_size(actor.profile.Profile, field)
        picture = await to_thread.run_sync(prepare, image.source, limit, True)
        if picture.media_type not in _PICTURES:
            raise InputError(f"{field} is {picture.media_type}: profiles have JPEG and PNG pictures")
        sent = await self._client.com.atproto.repo.upload_blob(
            data=picture.data, content_type=picture.media_type
        )
        return sent.blob

    async def preferences(self) -> Preferences:
        """Read the account's preferences (app.bsky.actor.getPreferences).

        Changing the result changes nothing at the server: `update_preferences` does.

        Raises:
            XrpcError: The call failed.
        """
        return Preferences((await self._client.app.bsky.actor.get_preferences()).preferences)

    async def update_preferences(self, change: Callable[[Preferences], object]) -> Preferences:
        """Change the account's preferences, and lose none of the others.

        They are read (app.bsky.actor.getPreferences), changed, written (app.bsky.actor.putPreferences) and
        read again, to verify that the change is there: the protocol can't make a write depend on the version
        that was read. In one process the changes of an account are made one after the other. If a program
        elsewhere wrote at the same time and the change is gone, it is repeated, five times at most. The
        opposite can't be noticed: that this program has overwritten a change that another one made in the
        milliseconds between the reading and the writing.

        Args:
            change: Changes the preferences that it is given: ``lambda p: p.mute_word("spoiler")``. It is
                called several times, and has to do nothing if its change is there already, as the methods of
                `Preferences` do. Its result is ignored.

        Returns:
            The preferences as they are now.

        Raises:
            InputError: A preference that is to be changed can't be read.
            PreferencesConflictError: The change was overwritten each time.
            XrpcError: A call failed.
        """
        async with _alone(self.did):
            written = None
            for tries in range(_WRITES + 1):
                if tries > 1:
                    await anyio.sleep(_pause(tries))
                found = await self.preferences()
                before = found.to_wire()
                if before == written:
                    return found
                change(found)
                if found.to_wire() == before:
                    return found
                if tries == _WRITES:
                    break
                await self._client.app.bsky.actor.put_preferences(preferences=found.items)
                written = found.to_wire()
        raise PreferencesConflictError(
            f"The change of the preferences was gone after each of {_WRITES} tries: another program overwrites "
            "it, or it isn't a change that does nothing the second time"
        )


def _pause(tries: int) -> float:
    """The seconds before another try, different for programs that got into each other's way."""
    return random.random() * _WAIT * tries  # noqa: S311 - it hides nothing


@asynccontextmanager
async def _alone(did: str) -> AsyncGenerator[None]:
    """Let one thread or task of this process at a time change an account's preferences."""
    lock = account_lock(did)
    # Threads and the tasks of any event loop wait for the same lock, and a wait can be cancelled.
    acquired = lock.acquire(blocking=False)
    while not acquired:
        await anyio.sleep(_LOCK_POLL)
        acquired = lock.acquire(blocking=False)
    try:
        yield
    finally:
        lock.release()
