"""One meaning, one colour, as everywhere in the course; and what pictures need beside those four.

Lines and areas use the four as they are; text uses the same hue, darkened until it is easy to read.
"""

VALUE = "#0072B2"
GRADIENT = "#D55E00"
PARAMETER = "#009E73"
LOSS = "#CC79A7"

TEXT = {VALUE: "#00659F", GRADIENT: "#A94900", PARAMETER: "#007051", LOSS: "#794562"}

# Several curves of one meaning: shades of the one hue, told apart by lightness.
LOSS_SHADES = (LOSS, "#6A3C56", "#97587B", "#4E2B3E")
GRADIENT_SHADES = (GRADIENT, "#6F2D00", "#9E4400", "#511F00")

# Classes: none of the four meanings; apart in lightness too, and each has a marker of its own.
CLASSES = ("#332288", "#DDAA33", "#882255", "#88CCEE", "#999933", "#777777")
MARKERS = ("o", "s", "^", "D", "P", "X")

ERROR = "#882255"  # a sample in the wrong class

INK = "#1F1F1F"
QUIET = "#5C5C5C"
LINE = "#C8C8C8"
FAINT = "#E6E6E6"
CARD = "#F6F6F6"
PANEL = "#FFFFFF"
