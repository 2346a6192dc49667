"""`clfnet serve`: the web page and the REST API."""

from pathlib import Path
from typing import Annotated

import click

from clfnet.cli.command import Option
from clfnet.errors import ConfigError, MissingExtraError


def serve(
    host: Annotated[
        str, Option(help="Address to bind; 0.0.0.0 accepts other machines.")
    ] = "127.0.0.1",
    port: Annotated[int, Option(min=0, max=65535, help="Port; 0 chooses a free one.")] = 8000,
    token: Annotated[
        str | None,
        Option(
            envvar="CLFNET_TOKEN",
            help="Bearer token that /v1 requires; better set as CLFNET_TOKEN.",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        Option(
            metavar="NAME",
            help="Name by which it may be called besides, e.g. behind a proxy; may be repeated.",
        ),
    ] = None,
    insecure: Annotated[
        bool, Option("--insecure", help="Let other machines in without a token.")
    ] = False,
    data: Annotated[
        Path | None,
        Option(
            metavar="DIR",
            help="Folder of results and jobs. [default: clfnet in the user's state folder]",
        ),
    ] = None,
    model: Annotated[str, Option(help="Model used unless a request names one.")] = "clfnet",
    max_bytes: Annotated[
        str, Option(metavar="AMOUNT", help="Largest size of a request, e.g. 64MiB.")
    ] = "64MiB",
    max_pixels: Annotated[
        int, Option(min=1, help="Largest size of an image, megapixels.")
    ] = 25_000_000,
    live: Annotated[
        list[str] | None,
        Option(
            metavar="NAME=IR,VIS[,RIG]",
            help="Two live sources to be watched under /v1/live; may be repeated.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        Option(min=1, help="Requests processed at once. [default: one per core]"),
    ] = None,
    queue: Annotated[int, Option(min=0, help="Requests that may wait.")] = 32,
) -> None:
    """Serve the web page and the REST API until Ctrl-C or SIGTERM.

    Prints the address to open. Requests that were accepted are finished before it ends.
    """
    from clfnet.inference.tiling import cores

    try:
        from clfnet.serve.live import LiveSource
        from clfnet.serve.server import serve as run
        from clfnet.serve.settings import Settings, default_data
    except ModuleNotFoundError as error:
        raise MissingExtraError((error.name or "fastapi").partition(".")[0], "serve") from error

    settings = Settings(
        data=data or default_data(),
        host=host,
        token=token,
        hosts=tuple(name.lower() for name in allow_host or ()),
        model=model,
        max_bytes=_bytes(max_bytes),
        max_pixels=max_pixels,
        workers=workers or cores(),
        queue=queue,
        live=tuple(map(LiveSource.parse, live or ())),
    )
    if not settings.is_local and token is None and not insecure:
        raise ConfigError(
            f"`token` must be given where others may reach the service, at {host}. "
            f"Set CLFNET_TOKEN, or allow access without a token (--insecure)."
        )
    run(settings, port, started=click.echo)


def _bytes(amount: str) -> int:
    from clfnet.inference.memory import parse_memory

    try:
        return parse_memory(amount)
    except ConfigError as error:
        raise ConfigError(str(error).replace("`memory`", "--max-bytes")) from error
