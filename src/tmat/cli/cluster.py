"""A running Dask cluster to mark on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.metadata import version

from tmat.errors import InputError, MissingExtra
from tmat.visible import visible

PATIENCE = 10  # seconds to wait for an answer


@contextmanager
def cluster_at(address: str) -> Iterator[Executor]:
    """The executor of the cluster at an address, whose workers have this version of tmat.

    Errors: dask.distributed is not installed; no answer; no workers; workers without tmat or with another version.
    """
    try:
        from distributed import Client  # an extra
    except ImportError:
        raise MissingExtra("cluster", "‹cluster›") from None
    shown = visible(address, 200)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask cluster answers at {shown}",
            visible(f"{error}" or type(error).__name__, 200),
            mend="give the address of its scheduler: tcp://host:8786",
        ) from None
    with client:
        if not client.scheduler_info()["workers"]:
            raise InputError(f"the cluster at {shown} has no workers", mend=f"start one: dask worker {shown}")
        try:
            versions = set(client.run(version, "tmat").values())
        except Exception as error:  # any error of the workers' Python
            raise InputError(
                f"the workers of the cluster at {shown} cannot mark",
                visible(f"{type(error).__name__}: {error}", 200),
                mend="install tmat there",
            ) from None
        if versions != {version("tmat")}:
            raise InputError(
                f"the workers of the cluster at {shown} have another tmat",
                f"they have {', '.join(sorted(versions))}, here it is {version('tmat')}",
                mend="install the same version",
            )
        yield client.get_executor(pure=False)
