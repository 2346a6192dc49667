"""POST /v1/pairs: which files a job would take as pairs, by their names alone."""

from pathlib import PurePath
from typing import Any

from fastapi import APIRouter

from clfnet.serve.api.schemas import NamesOfFiles, PairsByName
from clfnet.serve.http.errors import described
from clfnet.serve.jobs.intake import paired

router = APIRouter(prefix="/v1", tags=["jobs"])


@router.post("/pairs", response_model=PairsByName, responses=described(400, 413))
def pair_names(names: NamesOfFiles) -> dict[str, Any]:
    """Pair the names of files as a job does, before anything is uploaded."""
    infrared, visible = (
        {PurePath(name).stem: name for name in each} for each in (names.infrared, names.visible)
    )
    partners = visible or infrared
    found = [
        (infrared.get(first, ""), partners.get(second, ""))
        for first, second in paired(infrared, visible)
    ]
    return {
        "pairs": [[*both] for both in found if all(both)],
        "unpaired": ["".join(both) for both in found if not all(both)],
    }
