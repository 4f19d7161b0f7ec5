"""Decisions about an upload to the video service, from its responses."""

from __future__ import annotations

from atlex import Blob, LegacyBlob
from atlex_bsky.media._errors import VideoError
from atlex_sdk.app.bsky.video.defs import JobStatus
from atlex_sdk.app.bsky.video.get_upload_limits import GetUploadLimitsOutput
from atlex_sdk.app.bsky.video.get_upload_status import GetUploadStatusOutput
from atlex_sdk.app.bsky.video.start_upload import StartUploadOutput

__all__ = ["begun_job", "check_limits", "check_parts", "finished_blob"]


def check_limits(limits: GetUploadLimitsOutput, size: int) -> None:
    """Make sure that the account may send a video now.

    Args:
        limits: The response of ``getUploadLimits``.
        size: How many bytes the video has.

    Raises:
        VideoError: It may not.
    """
    words = limits.message or limits.error
    if not limits.can_upload:
        raise VideoError(
            f"The account can't upload videos: {words or 'no reason given'}", reason=limits.error
        )
    if limits.remaining_daily_videos is not None and limits.remaining_daily_videos < 1:
        raise VideoError("The account can upload no more videos today", reason=limits.error)
    if limits.remaining_daily_bytes is not None and limits.remaining_daily_bytes < size:
        raise VideoError(
            f"The video has {size:,} bytes, and the account can upload "
            f"{limits.remaining_daily_bytes:,} more today",
            reason=limits.error,
        )


def check_parts(started: StartUploadOutput, size: int) -> None:
    """Make sure that the parts which the service asks for make up the video.

    Args:
        started: The response of ``startUpload``.
        size: How many bytes the video has.

    Raises:
        VideoError: They don't.
    """
    if started.part_size_bytes < 1 or started.part_count != -(-size // started.part_size_bytes):
        raise VideoError(
            f"The video service wants {size:,} bytes in {started.part_count:,} parts of "
            f"{started.part_size_bytes:,} bytes, which can't be",
            job_id=started.job_id,
        )


def begun_job(status: GetUploadStatusOutput) -> tuple[str, JobStatus] | None:
    """The job that an upload has led to, and its state; None while there is none.

    Args:
        status: The response of ``getUploadStatus``.

    Raises:
        VideoError: The upload has failed.
    """
    if status.completed_job_id is not None and status.job_status is not None:
        return status.completed_job_id, status.job_status
    if status.failure_reason is not None:
        raise VideoError(
            f"The video service can't use the upload (job {status.job_id}): {status.failure_reason}",
            job_id=status.job_id,
            reason=status.failure_reason,
        )
    return None


def finished_blob(status: JobStatus, job_id: str, *, final: bool = True) -> Blob | LegacyBlob | None:
    """The video that comes of a job; None while it is being made.

    A service that has the video already says ``already_exists`` beside its blob, or beside nothing before it
    is asked for the job: a blob counts, whatever else is said.

    Args:
        status: The state of the job.
        job_id: The job.
        final: Whether this comes from a question about the job, so that a completed one without a blob is a
            failure.

    Raises:
        VideoError: The job has failed.
    """
    if status.blob is not None:
        return status.blob
    refused = bool(status.error) and not status.state
    if status.state == "JOB_STATE_FAILED" or refused or (final and status.state == "JOB_STATE_COMPLETED"):
        said = dict.fromkeys(filter(None, (status.message, status.error, status.failure_code)))
        why = "; ".join(said) or "no reason given"
        raise VideoError(
            f"The video service failed to process the video (job {job_id}): {why}",
            job_id=job_id,
            reason=status.failure_code or status.error,
        )
    return None
