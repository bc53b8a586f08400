"""The program's own two themes. The terminal's own colours are Textual's `ansi-dark` and `ansi-light`."""

from textual.theme import Theme

DARK = Theme(
    name="interviewer-dark",
    primary="#8fb8de",
    secondary="#c3a6d8",
    accent="#e0b97d",
    success="#8fc98f",
    warning="#e0b97d",
    error="#e58a8a",
    foreground="#d8dee6",
    background="#14181d",
    surface="#1a1f26",
    panel="#222933",
    dark=True,
    variables={
        "footer-background": "#1a1f26",
        "footer-key-foreground": "#8fb8de",
        "input-selection-background": "#8fb8de 30%",
    },
)

LIGHT = Theme(
    name="interviewer-light",
    primary="#2f6690",
    secondary="#7a4f91",
    accent="#9a6700",
    success="#2f7d32",
    warning="#9a6700",
    error="#b3261e",
    foreground="#22272e",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e8e5dd",
    dark=False,
    variables={
        "footer-background": "#f3f1ec",
        "footer-key-foreground": "#2f6690",
        "input-selection-background": "#2f6690 25%",
    },
)
