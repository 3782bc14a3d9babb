"""The site's own settings over a data folder that is thrown away."""

import atexit
import os
import shutil
import tempfile

if "LOGITSCOPE_DATA_DIR" not in os.environ:
    os.environ["LOGITSCOPE_DATA_DIR"] = tempfile.mkdtemp(prefix="logitscope-tests-")
    atexit.register(shutil.rmtree, os.environ["LOGITSCOPE_DATA_DIR"], ignore_errors=True)

from playground.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose

if not CONFIG.database_url:  # noqa: F405
    # A file, as a site has it: several threads at once get their turns, which a database in memory refuses
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}  # noqa: F405
