"""The command lines that do again what a request did."""

import shlex
from collections.abc import Mapping

from clfnet.serve.http.form import OPTIONS

_YES = ("true", "1", "on", "yes")


def cli_line(files: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """Return a line for `clfnet fuse`; two where landmarks have to become a rig file first.

    Args:
        files: by field, the client's name of the file: infrared, visible, rig, points.
        fields: the options as they came.

    Example:
        >>> cli_line({"infrared": "ir.png", "visible": "my vis.png"}, {"stretch": "on"})
        "clfnet fuse ir.png 'my vis.png' -o fused.png --stretch"
        >>> cli_line({"infrared": "a.jpg"}, {"invert": "true", "hot": "60C", "strict": "no"})
        'clfnet fuse a.jpg -o fused.png --invert --hot 60C'
        >>> cli_line({"infrared": "flir.jpg"}, {"kelvin_per_count": "0.01"})
        'clfnet fuse flir.jpg -o fused.png --kelvin-per-count 0.01'
    """
    pair = [files[name] for name in ("infrared", "visible") if name in files]
    rig = files.get("rig", "rig.json" if "points" in files else "")
    words = ["clfnet", "fuse", *pair, "-o", "fused.png"]
    for name, value in fields.items():
        option = f"--{name.replace('_', '-')}"
        if OPTIONS[name].kind is bool:
            words += [option] if value.lower() in _YES else []
        else:
            words += [option, value]
    words += ["--align", rig] if rig else []
    if "points" not in files:
        return shlex.join(words)
    first = ["clfnet", "align", *pair, "--points", files["points"], "-o", rig]
    return f"{shlex.join(first)} && {shlex.join(words)}"


def curl_line(
    url: str, files: Mapping[str, str], fields: Mapping[str, str], *, has_token: bool
) -> str:
    """Return a line for curl.

    Args:
        url: of the route.
        files: by field, the client's name of the file.
        fields: the options as they came.
        has_token: the service asks for one, which the line takes from the environment.

    Example:
        >>> curl_line("http://h/v1/fuse", {"infrared": "a.png"}, {"hot": "0.5"}, has_token=False)
        'curl -F infrared=@a.png -F hot=0.5 http://h/v1/fuse -o fused.png'
    """
    words = [f"{name}=@{file}" for name, file in files.items()]
    words += [f"{name}={value}" for name, value in fields.items()]
    parts = " ".join(f"-F {shlex.quote(word)}" for word in words)
    bearer = '-H "Authorization: Bearer $CLFNET_TOKEN" ' if has_token else ""
    return f"curl {bearer}{parts} {shlex.quote(url)} -o fused.png"
