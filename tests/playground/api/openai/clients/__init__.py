"""What other people's clients do with the site. Each runs in ``.venv-clients`` with the site's address, and prints what it got as JSON."""
