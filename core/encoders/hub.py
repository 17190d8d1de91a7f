"""Files of the Hugging Face hub: from its cache, else downloaded, else a plain message within seconds."""

from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from core.errors import MissingWeights

PATIENCE = 6.0
"""Seconds in which the hub must answer at all."""
REMEDY = "choose `pocket`, or download the weights elsewhere and name them ARCHITECTURE:FILE.safetensors"


def fetch(repository: str, names: Sequence[str]) -> Path:
    """The first of these files that the repository has; raises `MissingWeights`."""
    for name in names:
        if path := in_cache(repository, name):
            return path
    check_reachable(repository)
    for name in names:
        if path := download(repository, name):
            return path
    raise MissingWeights(f"{repository} has none of {', '.join(names)}: {REMEDY}")


def in_cache(repository: str, name: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(repository, name)
    return Path(path) if isinstance(path, str) else None


def download(repository: str, name: str) -> Path | None:
    """The file, or None if the repository lacks it."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    try:
        return Path(hf_hub_download(repository, name, etag_timeout=PATIENCE))
    except LocalEntryNotFoundError as error:
        raise unreachable(repository, error) from None
    except EntryNotFoundError:
        return None
    except GatedRepoError:
        raise MissingWeights(f"{repository} asks for a licence: accept it there, then run `hf auth login`") from None
    except RepositoryNotFoundError:
        raise MissingWeights(f"the hub has no {repository}, or only for those who are logged in: {REMEDY}") from None
    except Exception as error:  # whatever the network stack raises
        raise unreachable(repository, error) from None


def check_reachable(repository: str) -> None:
    """Raises `MissingWeights` unless the hub answers at once; its own client would try for minutes.

    In a thread, because looking up the host's name cannot be given a time limit.
    """
    said: list[Exception] = [TimeoutError(f"no answer within {PATIENCE:g} s")]
    thread = Thread(target=knock, args=(said,), daemon=True)
    thread.start()
    thread.join(PATIENCE + 1)
    if said:
        raise unreachable(repository, said[-1])


def knock(said: list[Exception]) -> None:
    """Empties `said` when the hub answers, whatever the answer is; else leaves the reason there."""
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    from huggingface_hub import constants

    try:
        urlopen(Request(constants.ENDPOINT, method="HEAD"), timeout=PATIENCE).close()
        said.clear()
    except HTTPError:
        said.clear()
    except Exception as error:
        said.append(error)


def unreachable(repository: str, error: Any) -> MissingWeights:
    reason = " ".join(str(error).split())[:160] or type(error).__name__
    return MissingWeights(f"{repository} is not here and the hub cannot be reached ({reason}): {REMEDY}")
