"""Files as answers."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from clfnet.serve.http.errors import RefusedError


class FileAnswer(FileResponse):
    """A file that may be removed by others at any time.

    Args:
        path: where it is.
        held: what lets it stay while it is sent.
        options: of `FileResponse`.
    """

    def __init__(
        self, path: Path, *, held: AbstractContextManager[Any] | None = None, **options: Any
    ) -> None:
        super().__init__(path, **options)
        self._held = held or nullcontext()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it.

        Raises:
            RefusedError: 404, it has gone before the answer began.
        """
        with self._held:
            try:
                await super().__call__(scope, receive, send)
            except RuntimeError:
                if Path(self.path).exists():
                    raise
                raise RefusedError(404, "NotFound", "The file is not kept any more.") from None
