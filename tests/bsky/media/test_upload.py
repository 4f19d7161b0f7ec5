"""Sending pictures and videos, from both twins, and what goes wrong with it."""

from __future__ import annotations

import io
import pickle
import threading

import pytest
import trio
from PIL import Image as PillowImage
from tests.bsky.media._photos import exif, file_of, noise, photo
from tests.bsky.media._videos import GIF, mp4

from atlex import AsyncPasswordSession, XrpcResponseError
from atlex.errors import AtlexError, FileError, InputError
from atlex.testing import FakePds, PdsError
from atlex_bsky import Image, Video, VideoError
from atlex_bsky.media._async_upload import upload_image, upload_video
from atlex_bsky.media._jobs import check_limits, finished_blob
from atlex_sdk import AsyncClient, Client
from atlex_sdk.app.bsky.video.defs import JobStatus
from atlex_sdk.app.bsky.video.get_upload_limits import GetUploadLimitsOutput

pytestmark = pytest.mark.anyio
VIDEO = "app.bsky.video."
VTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"


@pytest.fixture
def pds():
    with FakePds(video_part_size=100) as pds, pds.serve():
        pds.create_account("alice.test", "password", email="alice@example.com")
        yield pds


async def test_a_picture_is_sent_with_its_ratio(twin):
    data = file_of(noise(1200, 900), "JPEG", quality=98, exif=exif(6))
    sent = await twin.upload_image(Image(io.BytesIO(data), alt="Noise"))
    assert sent.alt == "Noise"
    assert sent.image.mime_type == "image/jpeg"
    assert sent.image.size <= 2_000_000
    assert sent.aspect_ratio.height / sent.aspect_ratio.width == pytest.approx(4 / 3, rel=0.01)


async def test_pictures_are_worked_on_beside_the_event_loop(twin):
    threads = []

    class Watching(io.BytesIO):
        def read(self, *size):
            threads.append(threading.current_thread())
            return super().read(*size)

    await twin.upload_image(Image(Watching(photo()), alt=""))
    here = threading.current_thread() in threads
    assert here is isinstance(twin.client, Client)


def test_media_are_sent_under_trio_too(pds):
    async def main():
        login = {"identifier": "alice.test", "password": "password"}
        async with AsyncPasswordSession.login(pds.url, **login) as session:
            client = AsyncClient(session)
            picture = await upload_image(client, Image(photo(), alt=""))
            video = await upload_video(client, Video(mp4(), service=pds.url))
            return picture.image, video.video

    picture, video = trio.run(main)
    assert (picture.mime_type, video.mime_type) == ("image/jpeg", "video/mp4")


async def test_a_broken_picture_sends_nothing(twin, pds):
    for source in (b"nothing", photo()[:500], "/nowhere.jpg"):
        with pytest.raises(InputError, match="The picture"):
            await twin.upload_image(Image(source, alt=""))
    assert not pds.count("com.atproto.repo.uploadBlob")


async def test_a_video_goes_in_parts_and_is_waited_for(twin, pds):
    data, seen = mp4(), []
    sent = await twin.upload_video(
        Video(
            data,
            alt="Frames",
            captions={"en": VTT, "pt-BR": io.BytesIO(b"\xef\xbb\xbf" + VTT)},
            progress=lambda done, size: seen.append((done, size)),
            service=pds.url,
        )
    )
    assert sent.video.size == len(data)
    assert sent.alt == "Frames"
    assert [caption.lang for caption in sent.captions] == ["en", "pt-BR"]
    assert (sent.aspect_ratio.width, sent.aspect_ratio.height) == (640, 360)
    assert sent.presentation is None
    parts = -(-len(data) // 100)
    assert parts > 3
    assert pds.count(VIDEO + "uploadPart") == parts
    assert seen == [*((done, len(data)) for done in range(0, len(data), 100)), (len(data), len(data))]


async def test_a_video_may_be_a_file_or_an_animation(twin, pds, tmp_path):
    path = tmp_path / "video.mp4"
    path.write_bytes(mp4())
    by_path = await twin.upload_video(Video(path, service=pds.url, aspect_ratio=(16, 9)))
    with path.open("rb") as file:
        file.seek(50)
        by_file = await twin.upload_video(Video(file, service=pds.url))
        assert not file.closed
    assert by_path.video.cid == by_file.video.cid
    assert (by_path.aspect_ratio.width, by_path.aspect_ratio.height) == (16, 9)
    animation = await twin.upload_video(Video(GIF, service=pds.url))
    assert animation.presentation == "gif"
    assert (animation.aspect_ratio.width, animation.aspect_ratio.height) == (30, 20)
    assert animation.captions is None


async def test_a_job_that_fails_says_why(twin, pds):
    pds.fail_next_video("The codec is unknown", code="encoding_failure")
    with pytest.raises(VideoError, match=r"job \w+\): The codec is unknown; encoding_failure") as caught:
        await twin.upload_video(Video(mp4(), service=pds.url))
    assert caught.value.reason == "encoding_failure"
    assert caught.value.job_id in str(caught.value)


async def test_a_job_that_takes_too_long_can_be_found_again(twin, pds):
    with pytest.raises(VideoError, match="isn't ready after 0 seconds") as caught:
        await twin.upload_video(Video(mp4(), service=pds.url, deadline=0))
    assert caught.value.reason is None
    assert not pds.count(VIDEO + "getJobStatus")
    answer = twin.client.app.bsky.video.get_job_status(job_id=caught.value.job_id)
    answer = await answer if hasattr(answer, "__await__") else answer
    assert answer.job_status.job_id == caught.value.job_id


async def test_who_may_not_send_a_video_is_told_before_anything_is_sent(twin, pds):
    @pds.method(VIDEO + "getUploadLimits")
    def limits(_):
        return {"canUpload": False, "message": "Confirm your email address", "error": "unconfirmed_email"}

    with pytest.raises(VideoError, match="can't upload videos: Confirm your email address") as caught:
        await twin.upload_video(Video(mp4(), service=pds.url))
    assert (caught.value.reason, caught.value.job_id) == ("unconfirmed_email", None)
    assert not pds.count(VIDEO + "startUpload")


async def test_broken_files_send_nothing(twin, pds):
    for video, words in [
        (Video(b"nothing"), "must be an MP4"),
        (Video("/nowhere.mp4"), "can't be opened"),
        (Video(mp4(), captions={"english!": VTT}), "isn't a language"),
        (Video(mp4(), captions=dict.fromkeys(map(str, range(21)), VTT)), "at most 20 languages, not 21"),
        (Video(mp4(), captions={"en": b"1\n00:00"}), "isn't a WebVTT file"),
        (Video(mp4(), captions={"en": VTT + b"x" * 20_000}), "more than 20,000 bytes"),
    ]:
        before = len(pds.requests)
        with pytest.raises(InputError, match=words):
            await twin.upload_video(video)
        assert len(pds.requests) == before


async def test_parts_and_the_end_are_tried_again(twin, pds):
    pds.fail_next(VIDEO + "uploadPart", status=503, error="ServiceOverloaded")
    pds.drop_next(VIDEO + "uploadPart", when="after")
    pds.fail_next(VIDEO + "finishUpload", status=503, error="ServiceOverloaded", when="after")
    sent = await twin.upload_video(Video(mp4(), service=pds.url))
    assert sent.video.size == len(mp4())


async def test_an_upload_that_can_not_go_on_is_given_back(twin, pds):
    pds.fail_next(VIDEO + "uploadPart", status=400, error="PartSizeMismatch")
    with pytest.raises(XrpcResponseError, match="PartSizeMismatch"):
        await twin.upload_video(Video(mp4(), service=pds.url))
    assert pds.count(VIDEO + "abortUpload", status=200) == 1

    def broken(done, _):
        if done:
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await twin.upload_video(Video(mp4(), service=pds.url, progress=broken))
    assert pds.count(VIDEO + "abortUpload", status=200) == 2

    class Shrinking(io.BytesIO):
        def read(self, size=-1, /):
            return super().read(size if size < 50 else 10)

    pds.fail_next(VIDEO + "abortUpload", status=500, error="InternalServerError")
    with pytest.raises(FileError, match="shorter"):
        await twin.upload_video(Video(Shrinking(GIF * 10), service=pds.url))


@pytest.mark.parametrize("parts", [(0, 5), (-3, 1), (100, 5), (100, 10**9)])
async def test_parts_that_do_not_make_up_the_video_are_refused(twin, pds, parts):
    @pds.method(VIDEO + "startUpload")
    def start(_):
        size, count = parts
        return {"jobId": "j", "partSizeBytes": size, "partCount": count, "expiresAt": "2030-01-01T00:00:00Z"}

    with pytest.raises(VideoError, match="which can't be") as caught:
        await twin.upload_video(Video(mp4(), service=pds.url))
    assert caught.value.job_id == "j"
    assert not pds.count(VIDEO + "uploadPart")


async def test_a_video_that_the_service_has_already_is_there_at_once(twin, pds):
    blob = (await twin.upload_video(Video(mp4(), service=pds.url))).video.to_wire()
    pds.forget()

    @pds.method(VIDEO + "finishUpload")
    def finish(call):
        status = {
            "jobId": "old",
            "did": call.did or "did:web:x",
            "state": "JOB_STATE_COMPLETED",
            "error": "already_exists",
        }
        return {"completedJobId": "old", "jobStatus": status}

    @pds.method(VIDEO + "getJobStatus")
    def job(call):
        assert call.params["jobId"] == "old"
        status = {
            "jobId": "old",
            "did": "did:web:x",
            "state": "JOB_STATE_FAILED",
            "error": "already_exists",
            "blob": blob,
        }
        return {"jobStatus": status}

    again = await twin.upload_video(Video(mp4(), service=pds.url))
    assert again.video.to_wire() == blob
    assert pds.count(VIDEO + "getJobStatus") == 1


async def test_an_upload_whose_end_is_lost_is_found_again(twin, pds):
    """The service joins the parts for longer than a call lasts, and refuses to be asked meanwhile."""
    looks = []

    @pds.method(VIDEO + "getUploadStatus")
    def look(call):
        looks.append(call.params["jobId"])
        parts = {
            "partSizeBytes": 100,
            "partCount": 9,
            "receivedParts": [],
            "expiresAt": "2030-01-01T00:00:00Z",
        }
        status = {"jobId": "made", "did": "did:web:x", "state": "JOB_STATE_FAILED", "error": "Seen"}
        job = {"state": "completed", "completedJobId": "made", "jobStatus": status}
        return {"jobId": "u", **parts, **(job if len(looks) > 1 else {"state": "finishing"})}

    pds.fail_next(VIDEO + "finishUpload", status=400, error="UploadNotReady", times=2)
    with pytest.raises(VideoError, match="job made\\): Seen"):
        await twin.upload_video(Video(mp4(), service=pds.url))
    assert len(looks) == 2
    assert not pds.count(VIDEO + "abortUpload")


async def test_an_upload_that_fails_in_the_end_says_why(twin, pds):
    @pds.method(VIDEO + "getUploadStatus")
    def look(_):
        parts = {
            "partSizeBytes": 100,
            "partCount": 9,
            "receivedParts": [],
            "expiresAt": "2030-01-01T00:00:00Z",
        }
        return {"jobId": "u", **parts, "state": "failed", "failureReason": "Too long"}

    pds.fail_next(VIDEO + "finishUpload", status=400, error="UploadFailed")
    with pytest.raises(VideoError, match="job u\\): Too long") as caught:
        await twin.upload_video(Video(mp4(), service=pds.url))
    assert (caught.value.reason, caught.value.job_id) == ("Too long", "u")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.job_id) == (str(caught.value), "u")


async def test_no_token_shows_in_an_error(twin, pds):
    @pds.method(VIDEO + "startUpload")
    def start(call):
        tokens.append(call.headers["authorization"].removeprefix("Bearer "))
        raise PdsError(400, "DailyLimitExceeded", "Enough for today")

    tokens = []
    with pytest.raises(AtlexError, match="DailyLimitExceeded: Enough for today") as caught:
        await twin.upload_video(Video(mp4(), service=pds.url))
    assert tokens[0] not in f"{caught.value!r} {caught.value} {vars(caught.value)}"


def status(**fields):
    return JobStatus.from_wire({"jobId": "j", "did": "did:web:x", "state": "JOB_STATE_ENCODING", **fields})


@pytest.mark.parametrize(
    ("fields", "words", "reason"),
    [
        # As the service was seen to answer: bluesky-social/atproto#3097.
        (
            {"jobId": "", "did": "", "state": "", "error": "unconfirmed_email"},
            "unconfirmed_email",
            "unconfirmed_email",
        ),
        ({"state": "JOB_STATE_FAILED"}, "no reason given", None),
        ({"state": "JOB_STATE_FAILED", "error": "e", "message": "m"}, "m; e", "e"),
        ({"state": "JOB_STATE_COMPLETED"}, "no reason given", None),
    ],
)
def test_failures_of_every_shape_are_told(fields, words, reason):
    with pytest.raises(VideoError, match=words) as caught:
        finished_blob(status(**fields), "j")
    assert (caught.value.reason, caught.value.job_id) == (reason, "j")


@pytest.mark.parametrize("state", ["JOB_STATE_CREATED", "JOB_STATE_SCANNING", "JOB_STATE_OF_THE_FUTURE"])
def test_any_other_state_is_waited_out(state):
    assert finished_blob(status(state=state, progress=5), "j") is None


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"canUpload": False}, "no reason given"),
        ({"canUpload": True, "remainingDailyVideos": 0}, "no more videos today"),
        ({"canUpload": True, "remainingDailyBytes": 99}, "has 100 bytes.*99 more today"),
    ],
)
def test_limits_are_told_in_numbers(limits, words):
    with pytest.raises(VideoError, match=words):
        check_limits(GetUploadLimitsOutput.from_wire(limits), 100)
    check_limits(GetUploadLimitsOutput.from_wire({"canUpload": True, "remainingDailyBytes": 100}), 100)


def test_pillows_picture_is_a_source():
    assert Image(PillowImage.new("RGB", (2, 2)), alt="").alt == ""
