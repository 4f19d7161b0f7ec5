"""Errors of the video service and of pages without a card."""

from __future__ import annotations

from atlex.errors import AtlexError

__all__ = ["CardError", "VideoError"]


class VideoError(AtlexError):
    """The video service refuses the video, or can't process it.

    Attributes:
        job_id: The service's name for the job; None where there is none yet.
        reason: The service's code for the failure, such as ``encoding_failure`` or ``unconfirmed_email``;
            None where it gives none, and where only the deadline has passed.
    """

    def __init__(self, message: str, *, job_id: str | None = None, reason: str | None = None) -> None:
        super().__init__(message)
        self.job_id = job_id
        self.reason = reason


class CardError(AtlexError):
    """No link card can be made of a page: its server responds with an error, or not with HTML.

    Attributes:
        uri: The address of the page.
    """

    def __init__(self, message: str, *, uri: str) -> None:
        super().__init__(message)
        self.uri = uri
