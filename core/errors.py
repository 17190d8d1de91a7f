"""Everything Clipscape raises on purpose.

ClipscapeError
├── BadInput          what a person gave cannot be used: value, limit, remedy in one line
│   ├── BadPicture    bytes that are no usable picture
│   └── BadParameter  a parameter outside its limits
├── MissingWeights    a model's weights are neither here nor reachable
├── MissingData       a workspace lacks what a method needs
│   └── Damaged       files of a workspace are gone, cut or changed
├── JobFailed         a worker process ended without a result
└── Cancelled         a person pressed stop

The command line turns each into one line on standard error and exit status 2.

A text names parameters in words, so that it is right on a page and in Python; only the command line adds its options.
"""


def one_line(error: object, most: int = 200) -> str:
    """What a library says of an error, in a line of so many letters at the most; its kind where it says nothing."""
    return " ".join(str(error).split())[:most] or type(error).__name__


class ClipscapeError(Exception):
    """Root of the tree; its text is one line for a person.

    parameters: what of a call it is about, as a person calls it, e.g. "sizes"; none where it is about something else.
    """

    def __init__(self, text: str = "", *parameters: str) -> None:
        super().__init__(text)
        self.parameters = parameters


class BadInput(ClipscapeError):
    """What a person gave cannot be used."""


class BadPicture(BadInput):
    """Bytes that are no usable picture."""


class BadParameter(BadInput):
    """A parameter outside its limits."""


class MissingWeights(ClipscapeError):
    """A model's weights are neither here nor reachable."""


class MissingData(ClipscapeError):
    """A workspace lacks what a method needs."""


class Damaged(MissingData):
    """Files of a workspace are gone, cut or changed, so that what they held cannot be read.

    workspace: its folder, for `core.workspace.check`.
    """

    def __init__(self, text: str = "", workspace: str = "") -> None:
        super().__init__(text)
        self.workspace = workspace


class JobFailed(ClipscapeError):
    """A worker process ended without a result."""


class Cancelled(ClipscapeError):
    """A person pressed stop."""
