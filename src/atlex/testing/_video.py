"""``app.bsky.video.*``: the video service, whose jobs move on with each look at them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from atlex.syntax import Cid
from atlex.testing._methods import Call, Methods, State, method
from atlex.testing._repo import StoredBlob
from atlex.testing._wire import PdsError

__all__ = ["VideoMethods"]

_TYPES: Final = frozenset({"video/mp4", "video/mpeg", "video/webm", "video/quicktime", "image/gif"})
_MAX_SIZE: Final = 100 * 1024 * 1024
_DAILY_VIDEOS: Final = 25
_DAILY_BYTES: Final = 10 * 1024**3
_LIFE: Final = 24 * 60 * 60.0
# The states of a job, one a call, with its progress.
_STATES: Final[tuple[tuple[str, int | None], ...]] = (
    ("JOB_STATE_CREATED", None),
    ("JOB_STATE_ENCODING", 50),
    ("JOB_STATE_UPLOADING", 100),
    ("JOB_STATE_COMPLETED", None),
)


class _Failure(NamedTuple):
    """How a job is to end."""

    message: str
    code: str


@dataclass(slots=True, kw_only=True)
class _Job:
    """The processing of one video."""

    job_id: str
    did: str
    data: bytes = field(repr=False)
    failure: _Failure | None
    step: int = 0


@dataclass(slots=True, kw_only=True)
class _Upload:
    """A video that comes in parts."""

    job_id: str
    did: str
    size: int
    part_size: int
    expires_at: str
    parts: dict[int, bytes] = field(default_factory=dict[int, bytes], repr=False)
    state: Literal["created", "completed", "aborted"] = "created"
    job: _Job | None = None

    @property
    def part_count(self) -> int:
        """How many parts there are."""
        return -(-self.size // self.part_size)

    def size_of(self, number: int) -> int:
        """How many bytes a part has: the last one has what is left."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)


class VideoMethods(Methods):
    """The methods that take videos and report their jobs.

    Args:
        state: What all methods share.
        part_size: How many bytes the parts of an upload have.
    """

    def __init__(self, state: State, part_size: int) -> None:
        super().__init__(state)
        self._part_size = part_size
        self._jobs: dict[str, _Job] = {}
        self._uploads: dict[str, _Upload] = {}
        self._failures: deque[_Failure] = deque()

    def fail_next(self, message: str, code: str) -> None:
        """Let the next job fail."""
        self._failures.append(_Failure(message, code))

    @method("app.bsky.video.getUploadLimits", auth="service")
    def get_upload_limits(self, call: Call) -> Any:
        """Give how many videos and bytes the caller may still upload today."""
        sizes = [len(job.data) for job in self._jobs.values() if job.did == call.did]
        return {
            "canUpload": len(sizes) < _DAILY_VIDEOS,
            "remainingDailyVideos": max(_DAILY_VIDEOS - len(sizes), 0),
            "remainingDailyBytes": max(_DAILY_BYTES - sum(sizes), 0),
        }

    @method("app.bsky.video.uploadVideo", auth="service")
    def upload_video(self, call: Call) -> Any:
        """Take a whole video, and start its job."""
        return {"jobStatus": self._status(self._begin(call.did or "", call.input))}

    @method("app.bsky.video.getJobStatus")
    def get_job_status(self, call: Call) -> Any:
        """Give the state of a job, which moves one step on with each call."""
        job = self._jobs.get(call.params["jobId"])
        if job is None:
            raise PdsError(400, message="Job not found")
        self._advance(job)
        return {"jobStatus": self._status(job)}

    # In parts

    @method("app.bsky.video.startUpload", auth="service")
    def start_upload(self, call: Call) -> Any:
        """Begin an upload in parts."""
        wanted: Mapping[str, Any] = call.input
        if wanted["mimeType"] not in _TYPES:
            raise PdsError(400, "UnsupportedContentType", f"Unsupported content type: {wanted['mimeType']}")
        if wanted["sizeBytes"] > _MAX_SIZE:
            raise PdsError(400, "VideoTooLarge", f"The video is larger than {_MAX_SIZE} bytes")
        upload = _Upload(
            job_id=self.state.clock.tid(),
            did=call.did or "",
            size=wanted["sizeBytes"],
            part_size=self._part_size,
            expires_at=self.state.clock.datetime(_LIFE),
        )
        self._uploads[upload.job_id] = upload
        return {
            "jobId": upload.job_id,
            "partSizeBytes": upload.part_size,
            "partCount": upload.part_count,
            "expiresAt": upload.expires_at,
        }

    @method("app.bsky.video.uploadPart", auth="service")
    def upload_part(self, call: Call) -> Any:
        """Take one part; the same part may be sent again."""
        upload, number = self._upload(call, call.params["jobId"]), call.params["partNumber"]
        self._check_open(upload)
        if upload.state == "completed":
            raise PdsError(400, "UploadAlreadyCompleted", "The upload has been finished")
        if number > upload.part_count:
            raise PdsError(400, "InvalidPartNumber", f"There are {upload.part_count} parts")
        data: bytes = call.input
        if len(data) != upload.size_of(number):
            message = f"Part {number} must have {upload.size_of(number)} bytes, not {len(data)}"
            raise PdsError(400, "PartSizeMismatch", message)
        upload.parts[number] = data
        return {"partNumber": number, "sizeBytes": len(data)}

    @method("app.bsky.video.finishUpload", auth="service")
    def finish_upload(self, call: Call) -> Any:
        """Join the parts, and start the job; a second call gives the same job."""
        upload = self._upload(call, call.input["jobId"])
        self._check_open(upload)
        missing = [number for number in range(1, upload.part_count + 1) if number not in upload.parts]
        if missing:
            raise PdsError(400, "MissingParts", f"Parts are missing: {', '.join(map(str, missing))}")
        if upload.job is None:
            data = b"".join(upload.parts[number] for number in sorted(upload.parts))
            upload.job, upload.state = self._begin(upload.did, data), "completed"
        return {"completedJobId": upload.job.job_id, "jobStatus": self._status(upload.job)}

    @method("app.bsky.video.getUploadStatus", auth="service")
    def get_upload_status(self, call: Call) -> Any:
        """Give the parts received so far."""
        upload = self._upload(call, call.params["jobId"])
        job = upload.job
        done = {} if job is None else {"completedJobId": job.job_id, "jobStatus": self._status(job)}
        return {
            "jobId": upload.job_id,
            "partSizeBytes": upload.part_size,
            "partCount": upload.part_count,
            "receivedParts": sorted(upload.parts),
            "expiresAt": upload.expires_at,
            "state": upload.state,
            **done,
        }

    @method("app.bsky.video.abortUpload", auth="service")
    def abort_upload(self, call: Call) -> Any:
        """Abort an upload, unless it has been finished."""
        upload = self._upload(call, call.input["jobId"])
        if upload.job is not None:
            return {"state": "completed", "completedJobId": upload.job.job_id}
        upload.state = "aborted"
        return {"state": "aborted"}

    def _upload(self, call: Call, job_id: str) -> _Upload:
        upload = self._uploads.get(job_id)
        if upload is None or upload.did != call.did:
            raise PdsError(404, "UploadNotFound", "Upload not found")
        return upload

    def _check_open(self, upload: _Upload) -> None:
        if upload.state == "aborted":
            raise PdsError(400, "UploadAborted", "The upload has been aborted")
        if upload.expires_at <= self.state.clock.datetime():
            raise PdsError(400, "UploadExpired", "The upload has expired")

    # Jobs

    def _begin(self, did: str, data: bytes) -> _Job:
        failure = self._failures.popleft() if self._failures else None
        job = _Job(job_id=self.state.clock.tid(), did=did, data=data, failure=failure)
        self._jobs[job.job_id] = job
        return job

    def _advance(self, job: _Job) -> None:
        job.step = min(job.step + 1, len(_STATES) - 1)

    def _status(self, job: _Job) -> dict[str, Any]:
        state, progress = _STATES[job.step]
        status: dict[str, Any] = {"jobId": job.job_id, "did": job.did}
        if state != "JOB_STATE_COMPLETED":
            return {**status, "state": state, **({} if progress is None else {"progress": progress})}
        if job.failure is not None:
            failed = {"state": "JOB_STATE_FAILED", "failureCode": job.failure.code}
            return {**status, **failed, "error": job.failure.message, "message": job.failure.message}
        return {**status, "state": state, "progress": 100, "blob": self._store(job)}

    def _store(self, job: _Job) -> dict[str, Any]:
        """Store the finished video at the account's server, as the real service does."""
        cid = str(Cid.for_raw(job.data))
        self.state.usable(job.did).repo.add_blob(cid, StoredBlob(job.data, "video/mp4"))
        return {"$type": "blob", "ref": {"$link": cid}, "mimeType": "video/mp4", "size": len(job.data)}
