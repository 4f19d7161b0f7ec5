from __future__ import annotations

import pytest

VIDEO = "app.bsky.video"
BLOB = "com.atproto.repo.uploadBlob"


class Service:
    """The video service as one account calls it."""

    def __init__(self, user, caller, aud, lxm):
        self.user = user
        self.http = caller.http
        token = user.see("com.atproto.server.getServiceAuth", aud=aud, lxm=lxm)["token"]
        self.headers = {"authorization": f"Bearer {token}"}

    def get(self, name, **params):
        return self.http.get(
            f"https://video.bsky.app/xrpc/{VIDEO}.{name}", params=params, headers=self.headers
        )

    def post(self, name, **body):
        url = f"https://video.bsky.app/xrpc/{VIDEO}.{name}"
        return self.http.post(url, json=body, headers=self.headers)

    def send(self, name, data, content_type, /, **params):
        url = f"https://video.bsky.app/xrpc/{VIDEO}.{name}"
        headers = {**self.headers, "content-type": content_type}
        return self.http.post(url, content=data, params=params, headers=headers)


@pytest.fixture
def pds(make_pds):
    return make_pds(video_part_size=4)


@pytest.fixture
def service(alice, call, pds):
    return Service(alice, call, pds.did, BLOB)


def error(response):
    return response.status_code, response.json()["error"]


def test_a_job_moves_on_until_the_video_can_be_posted(alice, service, call):
    status = service.send("uploadVideo", b"a video", "video/mp4", did=alice.did, name="a.mp4").json()[
        "jobStatus"
    ]
    assert (status["state"], status["did"]) == ("JOB_STATE_CREATED", alice.did)
    seen = []
    while status["state"] != "JOB_STATE_COMPLETED":
        status = call.get(f"{VIDEO}.getJobStatus", jobId=status["jobId"]).json()["jobStatus"]
        seen.append((status["state"], status.get("progress")))
    assert seen == [("JOB_STATE_ENCODING", 50), ("JOB_STATE_UPLOADING", 100), ("JOB_STATE_COMPLETED", 100)]
    post = alice.say("video", embed={"$type": "app.bsky.embed.video", "video": status["blob"]})
    blob = call.get("com.atproto.sync.getBlob", did=alice.did, cid=status["blob"]["ref"]["$link"])
    assert (blob.content, blob.headers["content-type"]) == (b"a video", "video/mp4")
    assert alice.see("app.bsky.feed.getPosts", uris=[post["uri"]])["posts"][0]["embed"]["playlist"]


def test_a_job_that_is_to_fail_says_why_and_the_next_doesnt(service, call, pds):
    pds.fail_next_video("The video has no picture", code="validation_failure")
    states = []
    for _ in range(2):
        job = service.send("uploadVideo", b"a video", "video/mp4").json()["jobStatus"]["jobId"]
        for _ in range(3):
            status = call.get(f"{VIDEO}.getJobStatus", jobId=job).json()["jobStatus"]
        states.append((status["state"], status.get("failureCode"), status.get("error")))
    assert states[0] == ("JOB_STATE_FAILED", "validation_failure", "The video has no picture")
    assert states[1] == ("JOB_STATE_COMPLETED", None, None)


def test_a_video_comes_in_parts_in_any_order_and_more_than_once(service):
    started = service.post("startUpload", sizeBytes=10, mimeType="video/mp4").json()
    assert (started["partSizeBytes"], started["partCount"]) == (4, 3)
    job = started["jobId"]
    for number, data in ((3, b"89"), (1, b"0123"), (1, b"0123")):
        answer = service.send("uploadPart", data, "application/octet-stream", jobId=job, partNumber=number)
        assert answer.json() == {"partNumber": number, "sizeBytes": len(data)}
    assert error(service.post("finishUpload", jobId=job)) == (400, "MissingParts")
    assert service.get("getUploadStatus", jobId=job).json()["receivedParts"] == [1, 3]
    service.send("uploadPart", b"4567", "application/octet-stream", jobId=job, partNumber=2)
    first = service.post("finishUpload", jobId=job).json()
    assert service.post("finishUpload", jobId=job).json() == first
    assert service.get("getUploadStatus", jobId=job).json()["completedJobId"] == first["completedJobId"]
    assert service.post("abortUpload", jobId=job).json()["state"] == "completed"
    late = service.send("uploadPart", b"4567", "application/octet-stream", jobId=job, partNumber=2)
    assert error(late) == (400, "UploadAlreadyCompleted")


def test_what_an_upload_must_not_be_has_the_documented_codes(service):
    for name, options, code in (
        ("startUpload", {"sizeBytes": 1, "mimeType": "text/plain"}, "UnsupportedContentType"),
        ("startUpload", {"sizeBytes": 10**9, "mimeType": "video/mp4"}, "VideoTooLarge"),
    ):
        assert error(service.post(name, **options)) == (400, code)
    assert error(service.post("finishUpload", jobId="x")) == (404, "UploadNotFound")
    job = service.post("startUpload", sizeBytes=10, mimeType="video/mp4").json()["jobId"]
    for number, data, code in ((4, b"1", "InvalidPartNumber"), (1, b"1", "PartSizeMismatch")):
        answer = service.send("uploadPart", data, "application/octet-stream", jobId=job, partNumber=number)
        assert error(answer) == (400, code)
    assert service.post("abortUpload", jobId=job).json() == {"state": "aborted"}
    assert error(service.post("finishUpload", jobId=job)) == (400, "UploadAborted")


def test_limits_shrink_with_what_was_uploaded(alice, call, service):
    asking = Service(alice, call, "did:web:video.bsky.app", f"{VIDEO}.getUploadLimits")
    before = asking.get("getUploadLimits").json()
    service.send("uploadVideo", b"a video", "video/mp4")
    after = asking.get("getUploadLimits").json()
    assert before["remainingDailyVideos"] - after["remainingDailyVideos"] == 1
    assert before["remainingDailyBytes"] - after["remainingDailyBytes"] == 7


@pytest.mark.parametrize(
    ("aud", "lxm", "code"),
    [
        ("did:web:video.bsky.app", BLOB, "BadJwtAudience"),
        ("did:web:pds.test", "app.bsky.feed.getTimeline", "BadJwtLexiconMethod"),
    ],
)
def test_the_service_takes_only_tokens_that_are_for_it(alice, call, aud, lxm, code):
    wrong = Service(alice, call, aud, lxm)
    assert error(wrong.send("uploadVideo", b"a video", "video/mp4")) == (401, code)


def test_the_service_takes_no_other_tokens(alice, service):
    service.headers = {"authorization": f"Bearer {alice.access}"}
    assert error(service.send("uploadVideo", b"a video", "video/mp4")) == (401, "BadJwtSignature")
    service.headers = {}
    assert error(service.send("uploadVideo", b"a video", "video/mp4")) == (401, "AuthMissing")


def test_a_service_token_expires_after_a_minute_unless_more_was_asked_for(alice, service, time):
    asked = int(time.now) + 1800
    longer = alice.see("com.atproto.server.getServiceAuth", aud="did:web:pds.test", lxm=BLOB, exp=asked)
    time.now += 61
    assert error(service.send("uploadVideo", b"a video", "video/mp4")) == (401, "JwtExpired")
    service.headers = {"authorization": f"Bearer {longer['token']}"}
    assert service.send("uploadVideo", b"a video", "video/mp4").is_success


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"aud": "nobody"}, "InvalidRequest"),
        ({"aud": "did:web:a.test", "exp": 1}, "BadExpiration"),
        ({"aud": "did:web:a.test", "exp": 1_700_000_000 + 120}, "BadExpiration"),
        ({"aud": "did:web:a.test", "exp": 1_700_000_000 + 7200, "lxm": BLOB}, "BadExpiration"),
        ({"aud": "did:web:a.test", "lxm": "com.atproto.server.getSession"}, "InvalidRequest"),
    ],
)
def test_some_service_tokens_are_refused(alice, params, code):
    assert error(alice.get("com.atproto.server.getServiceAuth", **params)) == (400, code)
