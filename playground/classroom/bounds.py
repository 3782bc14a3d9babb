"""How long things in a room may be. In characters."""

MAX_TITLE = 120
MAX_NICKNAME = 24
MAX_GUESS = 40
MAX_GAME_TEXT = 600  # of a text in a game
MAX_GAME_PROMPT = 600
MAX_LINE = 160
MAX_QUESTION = 240
MAX_OPTION = 60
MAX_WHY = 400
MAX_LESSON_KEY = 40
