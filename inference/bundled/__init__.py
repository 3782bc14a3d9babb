"""The bundled model: its text generator, its training, its measurements, and where its weights lie.

Importing this package loads nothing heavy; the web process may do it.
"""

from pathlib import Path

MAIN = Path(__file__).parent / "models" / "main"
DRAFT = Path(__file__).parent / "models" / "draft"
