"""Writes every generated data file anew."""

from pipeline.entities.data import FOLDER
from pipeline.entities.generate import gazetteer
from pipeline.entities.generate.given_names import given_names


def main() -> None:
    """Write the data files into the package's folder."""
    lines = "".join(f"{name}\t{gender}\n" for name, gender in given_names())
    (FOLDER / "given_names.tsv").write_text(lines, encoding="utf-8")
    gazetteer.write(FOLDER / "gazetteer.jsonl")


if __name__ == "__main__":
    main()
