"""What the commands of LaTeX come to in plain text: a sign, one of their arguments, or nothing."""

from __future__ import annotations

SIGNS = {
    "cdot": "·", "times": "×", "infty": "∞", "approx": "≈", "alpha": "α", "beta": "β", "gamma": "γ", "mu": "μ", "sigma": "σ", "theta": "θ", "top": "ᵀ", "intercal": "ᵀ",
    "ldots": "...", "dots": "...", "cdots": "...", "vdots": "...", "ddots": "...", "to": "→", "rightarrow": "→", "leftarrow": "←", "in": "∈",
    "softmax": "softmax", "quad": "  ", "qquad": "  ", "pm": "±", "sim": "~", "colon": ":", "coloneqq": ":=", "textperiodcentered": "·", "percent": "%",
    "newline": "\n", "par": "\n", "cr": "\n", "tabularnewline": "\n", "item": "\n* ", "mid": " ", "ldotp": ".", "lbrack": "[", "rbrack": "]", "tmatfit": "",
}  # fmt: skip
OF_SIGNS = {"[": "\n", "]": "\n", "(": " ", ")": " ", "|": " "} | {sign: sign for sign in "%_&#${}"}
FRACTIONS = ("frac", "tfrac", "dfrac", "cfrac", "nicefrac", "sfrac")
HEADINGS = ("section", "subsection", "subsubsection", "paragraph", "caption")
TRANSPARENT = frozenset((
    "text", "mathrm", "mathbf", "mathit", "mathsf", "operatorname", "textbf", "textit", "texttt", "textrm", "emph", "boldsymbol", "bm", "boxed",
    "underline", "mbox", "ensuremath", "hat", "tilde", "bar", "vec", "displaystyle", "mathcal", "mathbb", "rm", "bf", "it", "small", "tiny",
    "scriptsize", "footnotesize", "large", "normalsize", "noindent", "centering", "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr",
    "bigg", "biggl", "biggr", "limits", "tmatfit", "textnormal", "label", "textsf", "textsc",
))  # fmt: skip
DROPPED_ARGUMENTS = {
    "phantom": 1, "vphantom": 1, "hphantom": 1, "hspace": 1, "vspace": 1, "cellcolor": 1, "rowcolor": 1, "color": 1, "label": 1, "cline": 1, "cmidrule": 1,
    "documentclass": 1, "usepackage": 1, "newcommand": 2, "renewcommand": 2, "providecommand": 2, "setlength": 2, "vskip": 0, "hskip": 0, "geometry": 1, "DeclareMathOperator": 2,
}  # fmt: skip
LAST_ARGUMENT = {
    "textcolor": 2, "multicolumn": 3, "multirow": 3, "colorbox": 2, "resizebox": 3, "scalebox": 2, "underset": 2, "overset": 2, "stackrel": 2, "raisebox": 2,
}  # fmt: skip
