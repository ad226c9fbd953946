"""Which engine computes the models: DuckDB in this process, or a Spark that the workspace names.

Belongs here: what `engine` in `attain.yaml` may say. Does not belong here: talking to Spark
(`warehouse/spark/`).
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

LOCAL = "local"
_REMOTE = re.compile(r"sc://[^\s/:;]+(:\d{1,5})?(/(;[^\s]*)?)?")
_SECRETS = ("token", "password", "secret")


class SparkEngine(BaseModel):
    """A Spark that computes models, and the folder through which rows reach it and come back.

    `spark` is the address of a Spark Connect server, or `local` for one that a run starts and ends.
    `folder` is seen under the same path by this machine and by every executor; relative paths stand
    below the workspace. A model that reads fewer than `from_rows` rows stays with DuckDB: on a
    cluster it would wait longer than it computes. `page` is where people see Spark's own pages.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    spark: str
    folder: str = ".attain/spark"
    from_rows: Annotated[int, Field(ge=0)] = 100_000
    page: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None

    @field_validator("spark")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value == LOCAL:
            return value
        if not _REMOTE.fullmatch(value):
            raise ValueError(
                f"{value!r} is no address of a Spark Connect server such as sc://host:15002; "
                "local starts one for the run"
            )
        if any(f"{word}=" in value.lower() for word in _SECRETS):
            raise ValueError(
                "a secret does not stand in a file; give the token in the environment as "
                "SPARK_CONNECT_AUTHENTICATE_TOKEN"
            )
        return value

    @field_validator("folder")
    @classmethod
    def _is_a_path(cls, value: str) -> str:
        if "://" in value:
            raise ValueError(
                f"{value!r} is an object store, which DuckDB cannot open here; mount it, and give "
                "the path under which this machine and every executor see it"
            )
        if not value.strip():
            raise ValueError("is empty; give a folder that this machine and every executor see")
        return value
