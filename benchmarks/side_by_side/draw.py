"""Draw one result: `python draw.py RESULT.json PICTURE.svg`, where matplotlib is installed."""

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "trimtab"  # the same figures make the same file

from matplotlib import pyplot as plt  # noqa: E402 - the backend is chosen first


def main() -> None:
    """Horizontal bars on a logarithmic scale, ours in colour."""
    source, picture = map(Path, sys.argv[1:3])
    result = json.loads(source.read_text())
    names, values = list(result["bars"]), list(result["bars"].values())
    figure, axes = plt.subplots(figsize=(8, 0.8 + 0.32 * len(names)))
    colours = ["#1f6f8b" if name.startswith("Trimtab") else "#b8bfc6" for name in names]
    bars = axes.barh(names, values, color=colours)
    axes.bar_label(bars, [f"{value:,.3g}" for value in values], padding=3, fontsize=8)
    axes.set_xscale("log")
    axes.margins(x=0.15)
    axes.invert_yaxis()
    axes.set_xlabel(result["bars_unit"])
    axes.set_title(result["title"], loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(picture, metadata={"Date": None})


main()
