"""Puts the common part of all preprocessing scripts into those of this package: `make scripts`.

A script has to be a single file. What all of them share, the one that a deployment generates too, is written once, in
`lambda/shared/record_rows.py`. A test holds the files to it.
"""

from pathlib import Path

_MARK = "# From here on lambda/shared/record_rows.py (make scripts), because a script has to be a single file.\n"
_FIRST_LINE = "# Values in their order"
SCRIPTS = Path(__file__).parent / "scripts"
COMMON = Path(__file__).parents[1] / "lambda" / "shared" / "record_rows.py"


def complete(script: str, common: str) -> str:
    """Return a script with the common part in place of the one that it has."""
    own = script.partition(_MARK)[0].rstrip()
    return f"{own}\n\n\n{_MARK}\n{common[common.index(_FIRST_LINE) :]}"


def files() -> list[Path]:
    """Return the scripts."""
    return sorted(path for path in SCRIPTS.glob("*.py") if path.name != "__init__.py")


def main() -> None:
    """Write the scripts."""
    common = COMMON.read_text(encoding="utf-8")
    for path in files():
        path.write_text(complete(path.read_text(encoding="utf-8"), common), encoding="utf-8")


if __name__ == "__main__":
    main()
