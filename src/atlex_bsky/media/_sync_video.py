# Made from _async_video.py by tools/unasync.py: change that file, and run the tool.
"""Sending a video by way of the video service, synchronously."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import BinaryIO, Final, TypeVar
from urllib.parse import urlsplit

from atlex import Blob, LegacyBlob, XrpcError, XrpcFetchError, XrpcResponseError
from atlex.errors import AtlexError
from atlex_bsky.media._captions import read_captions
from atlex_bsky.media._errors import VideoError
from atlex_bsky.media._jobs import begun_job, check_limits, check_parts, finished_blob
from atlex_bsky.media._sources import naming_file, opened
from atlex_bsky.media._values import Progress, Video
from atlex_bsky.media._video_files import VideoFile, inspect, read_part
from atlex_sdk import Client
from atlex_sdk.app.bsky.embed import defs
from atlex_sdk.app.bsky.embed import video as video_embed
from atlex_sdk.app.bsky.video.defs import JobStatus
from atlex_sdk.app.bsky.video.start_upload import StartUploadOutput

__all__ = ["upload_video"]

_T = TypeVar("_T")

_TOKEN_SECONDS: Final = 1800
_RENEWED_AFTER: Final = 1200.0
_PAUSES: Final = (0.5, 2.0)
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 10.0


def upload_video(client: Client, video: Video) -> video_embed.Video:
    """Send a video to the video service, and wait until it has been processed.

    Calls com.atproto.server.describeServer and getServiceAuth at the account's server; getUploadLimits,
    startUpload, uploadPart, finishUpload and getJobStatus of app.bsky.video at the service, and abortUpload
    if sending fails; and com.atproto.repo.uploadBlob for each file of captions.

    Args:
        client: The client of the account.
        video: The video.

    Returns:
        The embed of a post.

    Raises:
        InputError: A file can't be read, or isn't of a type that the service takes.
        FileError: The file of the video became shorter while it was being sent.
        VideoError: The account may not send it, or the service can't process it, or not in time.
        XrpcError: A call failed.
    """
    captions = read_captions(video.captions)
    service = _Service(client, video.service)
    with naming_file(video.source), opened(video.source, "The video") as file:
        found = inspect(file)
        blob = service.send(file, found, video)
    size = video.aspect_ratio or found.size
    return video_embed.Video(
        video=blob,
        captions=_uploaded(client, captions),
        alt=video.alt,
        aspect_ratio=None if size is None else defs.AspectRatio(width=size[0], height=size[1]),
        presentation="gif" if found.media_type == "image/gif" else None,
    )


def _uploaded(client: Client, captions: Mapping[str, bytes]) -> list[video_embed.Caption] | None:
    sent: list[video_embed.Caption] = []
    for language, data in captions.items():
        answer = client.com.atproto.repo.upload_blob(data=data, content_type="text/vtt")
        sent.append(video_embed.Caption(lang=language, file=answer.blob))
    return sent or None


class _Service:
    """The video service, which accepts tokens that the account's server signs."""

    def __init__(self, client: Client, url: str) -> None:
        self._client = client
        self._did = "did:web:" + urlsplit(url).netloc.replace(":", "%3A")
        self._service = Client(url)
        self._authorized = self._service
        self._renewed_at = float("-inf")

    def send(self, file: BinaryIO, found: VideoFile, video: Video) -> Blob | LegacyBlob:
        """Send a video, wait until it has been processed, and return its blob."""
        with self._service:
            asking = self._as(self._did, "app.bsky.video.getUploadLimits")
            check_limits(asking.app.bsky.video.get_upload_limits(), found.bytes)
            self._renew()
            width, height = found.size or (None, None)
            started = self._authorized.app.bsky.video.start_upload(
                size_bytes=found.bytes, mime_type=found.media_type, width=width, height=height
            )
            try:
                check_parts(started, found.bytes)
                self._send_parts(file, found.bytes, started, video.progress)
                job_id, status = self._finish(started.job_id, video.deadline)
            except Exception:
                # This gives the account its daily quota back. The first error is the one to report.
                with contextlib.suppress(AtlexError):
                    self._authorized.app.bsky.video.abort_upload(job_id=started.job_id)
                raise
            return self._wait(job_id, status, video.deadline)

    def _send_parts(
        self, file: BinaryIO, size: int, started: StartUploadOutput, progress: Progress | None
    ) -> None:
        sent = 0
        for number in range(1, started.part_count + 1):
            if progress is not None:
                progress(sent, size)
            if time.monotonic() - self._renewed_at > _RENEWED_AFTER:
                self._renew()
            part = read_part(file, sent, min(started.part_size_bytes, size - sent))
            upload = self._authorized.app.bsky.video.upload_part
            _persistently(partial(upload, job_id=started.job_id, part_number=number, data=part))
            sent += len(part)
        if progress is not None:
            progress(sent, size)

    def _finish(self, upload_id: str, deadline: float) -> tuple[str, JobStatus]:
        """Let the service join the parts, which may take it longer than a call, and learn the job."""
        # The service stores the video with the token that comes with this call.
        self._renew()
        methods = self._authorized.app.bsky.video
        until = time.monotonic() + deadline
        while True:
            try:
                finished = _persistently(partial(methods.finish_upload, job_id=upload_id))
            except XrpcError:
                known = methods.get_upload_status(job_id=upload_id)
                if (job := begun_job(known)) is not None:
                    return job
                if known.state != "finishing" or time.monotonic() > until:
                    raise
            else:
                return finished.completed_job_id, finished.job_status
            time.sleep(_FIRST_PAUSE)

    def _wait(self, job_id: str, status: JobStatus, deadline: float) -> Blob | LegacyBlob:
        until = time.monotonic() + deadline
        pause = _FIRST_PAUSE
        blob = finished_blob(status, job_id, final=False)
        while blob is None:
            left = until - time.monotonic()
            if left <= 0:
                raise VideoError(
                    f"The video isn't ready after {deadline:g} seconds; its job {job_id} goes on",
                    job_id=job_id,
                )
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)
            answer = self._service.app.bsky.video.get_job_status(job_id=job_id)
            blob = finished_blob(answer.job_status, job_id)
        return blob

    def _renew(self) -> None:
        """Get a new token, with which the service can store the video on the account's server."""
        server = self._client.com.atproto.server.describe_server()
        self._authorized = self._as(server.did, "com.atproto.repo.uploadBlob")
        self._renewed_at = time.monotonic()

    def _as(self, audience: str, method: str) -> Client:
        """The service with a token of the account's server.

        Args:
            audience: The DID of the server that the token is for in the end.
            method: The NSID of the method that it allows there.
        """
        expires = int(time.time()) + _TOKEN_SECONDS
        answer = self._client.com.atproto.server.get_service_auth(aud=audience, lxm=method, exp=expires)
        return self._service.with_options(headers={"Authorization": f"Bearer {answer.token}"})


def _persistently(call: Callable[[], _T]) -> _T:
    """Make a call that is safe to repeat, again where the network or the service fails."""
    for pause in _PAUSES:
        try:
            return call()
        except XrpcFetchError:
            pass
        except XrpcResponseError as error:
            if error.status < 500 and error.status != 429:
                raise
        time.sleep(pause)
    return call()
