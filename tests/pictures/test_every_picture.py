"""What holds for every picture: how it shows itself, what it leaves alone, that it can be read."""

import base64
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from backprop_lib import pictures
from backprop_lib.pictures import colours
from tests.pictures.examples import EXAMPLES
from tests.pictures.reading import outside, overlapping

ROOT = Path(__file__).resolve().parents[2]
ONE_OF_EACH = {name: draw for name, draw in EXAMPLES.items() if "," not in name}
every_picture = pytest.mark.parametrize("draw", EXAMPLES.values(), ids=EXAMPLES)


def test_the_examples_hold_each_function():
    assert {name.partition(",")[0] for name in EXAMPLES} == set(ONE_OF_EACH)
    assert len(ONE_OF_EACH) == len(pictures.__all__)


@every_picture
def test_it_is_a_figure_whose_repr_is_one_sentence_and_always_the_same(draw):
    picture = draw()
    assert isinstance(picture, Figure)
    assert repr(picture) == repr(draw()) == str(picture)
    assert repr(picture).endswith(".")
    assert "\n" not in repr(picture)
    assert " at 0x" not in repr(picture)


@every_picture
@pytest.mark.filterwarnings("error")
def test_no_text_overlaps_another_or_leaves_the_picture(draw):
    picture = draw()
    assert overlapping(picture) == []
    assert outside(picture) == []


@pytest.mark.parametrize("draw", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_its_png_is_the_same_whatever_the_readers_settings_are(draw):
    png = draw()._repr_png_()
    with matplotlib.rc_context():
        matplotlib.rcParams.update({"axes.facecolor": "black", "font.size": 30, "lines.linewidth": 9})
        matplotlib.rcParams.update({"font.family": "serif", "axes.grid": True, "savefig.bbox": "tight"})
        assert draw()._repr_png_() == png


@every_picture
def test_it_fits_into_a_notebook(draw):
    width, _ = draw().canvas.get_width_height()
    assert width <= 940


def test_pyplot_keeps_no_figure_and_the_settings_stay():
    import matplotlib.pyplot

    before = dict(matplotlib.rcParams)
    for draw in ONE_OF_EACH.values():
        draw()._repr_png_()
    assert matplotlib.pyplot.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


def test_importing_the_package_loads_no_matplotlib_and_a_picture_loads_no_pyplot():
    code = (
        "import sys, backprop_lib.pictures as p\n"
        "heavy = ('matplotlib', 'matplotlib.pyplot', 'torch', 'IPython')\n"
        "print([name for name in heavy if name in sys.modules])\n"
        "p.activations()._repr_png_()\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n['matplotlib']\n", "")


@pytest.mark.parametrize("before", ["", "import matplotlib.pyplot"], ids=["plain", "with pyplot"])
def test_a_notebook_shows_it_as_a_png_with_its_sentence(before):
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    source = f"{before}\nfrom backprop_lib.pictures import activations\nactivations('sigmoid')"
    notebook = new_notebook(cells=[new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": ROOT}}).execute()
    (output,) = notebook.cells[0].outputs
    sentence = "Activation functions f(z) with their derivatives f′(z): sigmoid (f′ ≤ 0.25)."
    assert output["data"]["text/plain"] == sentence
    assert output["metadata"]["image/png"] == {"alt": sentence, "width": 266}
    assert base64.b64decode(output["data"]["image/png"]) == pictures.activations("sigmoid")._repr_png_()


def test_the_card_is_light_and_only_its_corners_are_transparent():
    import io

    from PIL import Image

    picture = Image.open(io.BytesIO(pictures.activations("relu")._repr_png_())).convert("RGBA")
    pixels = np.asarray(picture)
    assert pixels[0, 0, 3] == 0
    assert (pixels[20:-20, :, 3] == 255).all()
    assert "#{:02X}{:02X}{:02X}".format(*pixels[picture.height // 2, 3, :3]) == colours.CARD


# --- colours ------------------------------------------------------------------------------------------------


def luminance(colour):
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """WCAG 2.1, contrast ratio."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_the_four_meanings_have_the_colours_of_the_course():
    rows = (ROOT / "CONTRIBUTING.md").read_text().splitlines()
    table = {"VALUE": "forward values", "GRADIENT": "gradients", "PARAMETER": "parameters", "LOSS": "loss"}
    for name, meaning in table.items():
        assert f"| {meaning} | `{getattr(colours, name)}` |" in rows


def test_text_is_easy_to_read_on_the_card():
    shades = (*colours.LOSS_SHADES[1:], *colours.GRADIENT_SHADES[1:])
    for colour in (*colours.TEXT.values(), *shades, colours.INK, colours.QUIET):
        assert contrast(colour, colours.CARD) >= 4.5, colour


def test_lines_stand_out_from_their_ground():
    for colour in (*colours.TEXT, *colours.LOSS_SHADES, *colours.GRADIENT_SHADES):
        assert contrast(colour, colours.PANEL) >= 3.0, colour


def test_classes_have_none_of_the_four_colours_and_a_marker_each():
    assert not set(colours.CLASSES) & set(colours.TEXT)
    assert len(set(colours.MARKERS)) == len(set(colours.CLASSES)) == len(colours.CLASSES)


# Machado, Oliveira & Fernandes 2009, severity 1.0, for linear RGB.
SIMULATED = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
OKLAB = (
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
)


@pytest.mark.parametrize("kind", SIMULATED)
def test_classes_differ_for_colour_blind_readers(kind):
    def seen(colour):
        channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        cones, lab = map(np.array, OKLAB)
        return lab @ np.cbrt(cones @ np.clip(np.array(SIMULATED[kind]) @ linear, 0, 1))

    labs = [seen(colour) for colour in colours.CLASSES]
    distances = [np.linalg.norm(a - b) for i, a in enumerate(labs) for b in labs[i + 1 :]]
    assert min(distances) > 0.05
    assert np.linalg.norm(labs[0] - labs[1]) > 0.3  # most pictures have two classes
