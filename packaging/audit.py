"""Compare the versions of packaging/locks with the known vulnerabilities: `make audit`.

An index that serves packages may have nothing to tell about vulnerabilities, as most mirrors, and
silence would pass for a clean bill of health. So a version of which vulnerabilities are known is
asked about first.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LOCKS = Path(__file__).parent / "locks"
VULNERABLE = "pillow==9.0.0"
"""Has had known vulnerabilities for years (PYSEC-2022-8 to -10 among them)."""

_PIP_AUDIT = (sys.executable, "-m", "pip_audit", "--disable-pip", "--progress-spinner", "off")


def knows_of_any() -> bool:
    """Tell whether the source of vulnerabilities can be asked, and knows of one that is known."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text(f"{VULNERABLE}\n", "utf-8")
        options = ("--no-deps", "--format", "json", "--requirement", str(path))
        done = subprocess.run(  # noqa: S603
            (*_PIP_AUDIT, *options), capture_output=True, text=True, check=False
        )
    try:
        told = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return False
    return any(each.get("vulns") for each in told)


def main() -> int:
    """Return 0 if there is no known vulnerability, 1 if there is one, 2 if that cannot be known."""
    if not knows_of_any():
        print(  # noqa: T201
            f"{VULNERABLE} must be known to be vulnerable, but is not to what was asked: no data "
            f"of vulnerabilities is within reach, so nothing was audited. Run `make audit` where "
            f"https://pypi.org itself answers, not a mirror of it.",
            file=sys.stderr,
        )
        return 2
    locks = [f"--requirement={path}" for path in sorted(LOCKS.glob("*.txt"))]
    strict = ("--strict", "--require-hashes", *locks)
    return subprocess.run((*_PIP_AUDIT, *strict), check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
