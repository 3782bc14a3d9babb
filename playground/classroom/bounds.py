"""How long things in a room may be. In characters."""

MAX_TITLE = 120
MAX_NICKNAME = 24
MAX_GUESS = 40
MAX_GAME_TEXT = 600  # of a text in a game
MAX_GAME_PROMPT = 600
