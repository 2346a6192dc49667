"""What answers about jobs look like."""

from typing import Literal

from pydantic import BaseModel, Field


class FailedPair(BaseModel):
    """A pair without a result."""

    name: str
    error: str


class Temperatures(BaseModel):
    """The lowest, mean and highest temperature of an infrared image, in °C."""

    min: float
    mean: float
    max: float


class Picture(BaseModel):
    """A fused image of a folder."""

    name: str
    link: str
    thumbnail: str
    celsius: Temperatures | None = Field(
        default=None, description="Temperatures, where the infrared image measures."
    )


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
    done: int = Field(description="Number of pairs or frames fused so far, without failed ones.")
    total: int = Field(description="Number of pairs or frames in all; 0 while it is not known.")
    failed: list[FailedPair]
    error: str | None = Field(description="Reason why the whole job failed.")
    created: str = Field(examples=["2026-01-31T12:00:00+00:00"])
    finished: str | None
    links: JobLinks
    pictures: list[Picture] = Field(
        default=[], description="Fused images of a folder; left out in the list of jobs."
    )


class JobList(BaseModel):
    """All jobs, the newest first."""

    jobs: list[JobAnswer]
