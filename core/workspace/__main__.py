"""`python -m core.workspace NAME …`: restores these bundled workspaces where they are missing.

`make run` does so beside the start of the server, which then finds the first workspace ready.
"""

import sys
from contextlib import suppress

from core.errors import ClipscapeError
from core.workspace import open_named

for name in sys.argv[1:]:
    with suppress(ClipscapeError, OSError):  # the page meets it too, and says what is wrong
        open_named(name)
