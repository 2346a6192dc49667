"""The bearer token: who has it may use /v1."""

from hmac import compare_digest
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from clfnet.serve.http.errors import RefusedError
from clfnet.serve.service import Service, the_service

_bearer = HTTPBearer(
    auto_error=False, description="Required if the service was started with a token."
)


def require_token(
    service: Annotated[Service, Depends(the_service)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Let a request pass that bears the token, or any if there is none.

    Raises:
        RefusedError: 401.
    """
    token = service.settings.token
    if token is None:
        return
    if given is None or not compare_digest(given.credentials.encode(), token.encode()):
        state = "is missing" if given is None else "is wrong"
        raise RefusedError(
            401,
            "Unauthorized",
            f"The request must carry the service's token, but it {state}. "
            f"Send it: Authorization: Bearer TOKEN.",
        )
