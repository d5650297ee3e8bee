"""An object store for tests: files below $MINSHENG_BUCKET, reached by fsspec as bucket://NAME and by no path.

As in a store, nothing can be renamed. Workers of Dask load it with `--preload`.
"""

import os
from pathlib import Path
from typing import Any, NoReturn

import fsspec
from fsspec.implementations.local import LocalFileSystem

SCHEME = "bucket://"


class Bucket(LocalFileSystem):
    protocol = "bucket"

    @classmethod
    def _strip_protocol(cls, path: Any) -> str:
        name = os.fspath(path)
        inside = Path(os.environ["MINSHENG_BUCKET"], name.removeprefix(SCHEME))
        return str(super()._strip_protocol(inside if name.startswith(SCHEME) else name))

    def mv(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError("a store renames nothing")

    rename = move = mv_file = mv


fsspec.register_implementation("bucket", Bucket, clobber=True)
