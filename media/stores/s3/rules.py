"""A bucket's own rules: whose pages may send parts, and when an unfinished upload is forgotten.

Rules that somebody else made stay as they are. A server that keeps none is no fault: the operator
is told what follows from it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from media.stores.base import unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FORGOTTEN_AFTER_DAYS = 7
"""The worker gives uploads up after a day; this is for what no worker knows of."""

_NONE_YET = frozenset({"NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration"})
_SERVER_FAULT = 500
_MINIMUM_SIZE = "TransitionDefaultMinimumObjectSize"

Rule = Mapping[str, Any]
Answer = Mapping[str, Any]


def let_in(client: "S3Client", bucket: str, origins: Sequence[str]) -> str:
    """Let pages of `origins` PUT parts and read their ETag; return a sentence about it."""
    pages = " and ".join(origins)
    rule = {
        "ID": "podium-uploads",
        "AllowedOrigins": list(origins),
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }

    def write(_answer: Answer, rules: list[Any]) -> None:
        client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})

    refusal = _keep(
        rule,
        read=lambda: cast("Answer", client.get_bucket_cors(Bucket=bucket)),
        name="CORSRules",
        write=write,
    )
    if refusal is None:
        return f"Pages of {pages} may send parts of files to the bucket."
    return (
        f"The server took no CORS rule ({refusal}). In its own settings, let pages of {pages} use"
        " the method PUT with any header and read the header ETag; without that, browsers cannot"
        " send files."
    )


def forget_unfinished(client: "S3Client", bucket: str) -> str:
    """Have the server give up what is unfinished after a week; return a sentence about it."""
    rule = {
        "ID": "podium-unfinished-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": FORGOTTEN_AFTER_DAYS},
    }

    def write(answer: Answer, rules: list[Any]) -> None:
        # Not repeated, this setting of the whole list would fall back to its default.
        kept: Any = {name: answer[name] for name in (_MINIMUM_SIZE,) if name in answer}
        client.put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration={"Rules": rules}, **kept
        )

    refusal = _keep(
        rule,
        read=lambda: cast("Answer", client.get_bucket_lifecycle_configuration(Bucket=bucket)),
        name="Rules",
        write=write,
    )
    if refusal is None:
        return f"The server gives up unfinished uploads after {FORGOTTEN_AFTER_DAYS} days."
    return (
        f"The server took no life-cycle rule ({refusal}). Nothing is to be done: the worker gives"
        " unfinished uploads up every night."
    )


def _keep(
    rule: Rule,
    *,
    read: Callable[[], Answer],
    name: str,
    write: Callable[[Answer, list[Any]], None],
) -> str | None:
    """Have the server keep `rule` among its others; return its refusal, if it does not.

    Raises UnavailableError where it does not answer.
    """
    try:
        answer = _read(read)
        rules: Sequence[Rule] = answer.get(name, ())
        if any(_says(kept) == _says(rule) for kept in rules):
            return None
        write(answer, [kept for kept in rules if kept.get("ID") != rule["ID"]] + [rule])
        # There are servers that say yes to what they do not know.
        rules = _read(read).get(name, ())
    except ClientError as error:
        return _refusal(error)
    except BotoCoreError as error:
        raise unavailable() from error
    is_kept = any(kept.get("ID") == rule["ID"] or _says(kept) == _says(rule) for kept in rules)
    return None if is_kept else "it kept none"


def _read(read: Callable[[], Answer]) -> Answer:
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _NONE_YET:
            return {}
        raise


def _says(rule: Rule) -> Rule:
    """Return what a rule says, whoever made it; an empty filter is none."""
    return {
        name: sorted(value) if isinstance(value, list) else value
        for name, value in rule.items()
        if name != "ID" and value not in ({}, {"Prefix": ""}, "")
    }


def _refusal(error: ClientError) -> str:
    """Return the server's word for what it does not do; what it cannot do just now is raised."""
    code = error.response["Error"]["Code"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status >= _SERVER_FAULT and code != "NotImplemented":
        raise unavailable() from error
    return code
