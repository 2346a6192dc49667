"""A job as clients see it."""

from typing import Any
from urllib.parse import quote

from clfnet.serve.jobs.store import DONE, FAILED, FilePair, Job, Store

_THUMBNAIL = 320  # pixels wide


def job_answer(store: Store, job: Job, *, pictures: bool = True) -> dict[str, Any]:
    """Return a job, ready for JSON.

    Args:
        store: has its pairs.
        job: which.
        pictures: list the fused images too.
    """
    base = f"/v1/jobs/{job.id}"
    answer = {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "failed": [
            {"name": pair.name, "error": pair.error} for pair in store.pairs(job.id, FAILED)
        ],
        "error": job.error,
        "created": job.created,
        "finished": job.finished,
        "links": {"self": base, "events": f"{base}/events", "result": f"{base}/result"},
    }
    if pictures and job.kind == "folder":
        answer["pictures"] = [_picture(base, pair) for pair in store.pairs(job.id, DONE)]
    return answer


def _picture(base: str, pair: FilePair) -> dict[str, Any]:
    link = f"{base}/pictures/{quote(pair.name)}"
    return {
        "name": pair.name,
        "link": link,
        "thumbnail": f"{link}?width={_THUMBNAIL}",
        "celsius": dict(pair.celsius) or None,
    }
