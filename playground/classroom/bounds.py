"""How long things in a room may be. In characters."""

MAX_TITLE = 120
MAX_NICKNAME = 24
MAX_GUESS = 40
