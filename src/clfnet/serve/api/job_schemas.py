"""What answers about jobs look like."""

from typing import Literal

from pydantic import BaseModel, Field


class FailedPair(BaseModel):
    """A pair without a result."""

    name: str
    error: str


class Picture(BaseModel):
    """A fused picture of a folder."""

    name: str
    link: str
    thumbnail: str


class JobLinks(BaseModel):
    """Where the parts of a job are."""

    self: str
    events: str
    result: str


class JobAnswer(BaseModel):
    """A job and how far it is."""

    id: str
    kind: Literal["folder", "video"]
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int = Field(description="Pairs or frames that are fused; failed ones are not counted.")
    total: int = Field(description="Pairs or frames; 0 while that is not known.")
    failed: list[FailedPair]
    error: str | None = Field(description="Why all of it failed.")
    created: str = Field(examples=["2026-01-31T12:00:00+00:00"])
    finished: str | None
    links: JobLinks
    pictures: list[Picture] = Field(default=[], description="Of a folder; not in the list of jobs.")


class JobList(BaseModel):
    """All jobs, the newest first."""

    jobs: list[JobAnswer]
