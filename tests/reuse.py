"""What every application of the suite has in common, made once for the whole run.

Thousands of tests make an application each. What costs most of that depends on no test: templates
and statements are compiled from the same text, addresses from the same rules. Each cache here is
asked with all that its answer depends on.
"""

import functools
from collections.abc import Callable
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from typing_extensions import override
from werkzeug.routing import Rule

from app.db import make_engine
from media.stores import store_from_url

# Making a client of S3 takes longer than most tests; one for each address is enough.
store_at = functools.cache(store_from_url)


@functools.cache
def engine_at(url: str) -> Engine:
    """Return the one engine for `url`: it remembers the statements that it has compiled."""
    return make_engine(url)


class CompiledTemplates(BytecodeCache):
    """Templates' code by name and text, for environments with the same options."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._codes[bucket.key, bucket.checksum] = bucket.code


templates = CompiledTemplates()

_Builder = Callable[..., tuple[str, str]]
_compile_builder: Callable[[Rule, bool], _Builder] = Rule._compile_builder  # noqa: SLF001 - see below
_builders: dict[tuple[Any, ...], _Builder] = {}


def compile_builder(rule: Rule, append_unknown: bool = True) -> _Builder:  # noqa: FBT001, FBT002 - Werkzeug's
    """Stand in for Werkzeug's, which writes and compiles two functions for each of our rules.

    A function knows its rule by its text alone, and gets the rule itself when it is called.
    """
    key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]
