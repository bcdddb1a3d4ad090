"""Objects in a bucket."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit

import boto3.session
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from typing_extensions import Buffer, override

from media.stores.base import (
    MissingObjectError,
    MissingPartError,
    ObjectInfo,
    OpenUpload,
    Part,
    StoredObject,
    check_key,
    pieces,
    round_trip,
    unavailable,
)
from media.stores.s3 import rules
from media.stores.s3.answers import PastEndError, reachable

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

_US_EAST_1 = "us-east-1"
_CONFIG = Config(
    # A form waits for this: better a sentence after a few seconds than a spinner for minutes.
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 2},
    # Servers other than Amazon's know neither virtual hosts nor trailing checksums, as a rule.
    s3={"addressing_style": "path", "us_east_1_regional_endpoint": "regional"},
    signature_version="s3v4",
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# In our thread: it is slow lines that send us large files, not we that upload many.
_TRANSFER = TransferConfig(use_threads=False)


class S3Store:
    """A store in `bucket`, which must exist (`ensure` makes it).

    `endpoint` is the URL of a server other than Amazon's. Without `access_key` and `secret_key`,
    credentials and region are found as every AWS tool finds them: environment, files, machine role.
    """

    def __init__(
        self,
        bucket: str,
        *,
        endpoint: str | None = None,
        region: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
    ) -> None:
        self._bucket = bucket
        self._client = boto3.session.Session().client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=_CONFIG,
        )

    def ensure(self) -> None:
        """Make the bucket; see `Store.ensure`."""
        if self._has_bucket():
            return
        region = self._client.meta.region_name
        with reachable():
            if region in {_US_EAST_1, "aws-global"}:
                self._client.create_bucket(Bucket=self._bucket)
            else:
                self._client.create_bucket(
                    Bucket=self._bucket,
                    CreateBucketConfiguration={"LocationConstraint": region},  # type: ignore[typeddict-item]  # any region's name, not the stubs' list
                )

    def check(self) -> None:
        """Prove that the bucket works; see `Store.check`."""
        round_trip(self)

    def put(self, key: str, file: BinaryIO, *, media_type: str) -> None:
        """Store `file`, in parts if it is large; see `Store.put`."""
        check_key(key)
        with reachable():
            self._client.upload_fileobj(
                cast("BinaryIO", _Lent(file)),
                self._bucket,
                key,
                ExtraArgs={"ContentType": media_type},
                Config=_TRANSFER,
            )

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """Open an object or a stretch of it; see `Store.open`."""
        check_key(key)
        if length == 0:
            self.stat(key)
            return io.BytesIO()
        end = "" if length is None else start + length - 1
        stretch = {"Range": f"bytes={start}-{end}"} if start or length is not None else {}
        try:
            with reachable():
                got = self._client.get_object(Bucket=self._bucket, Key=key, **stretch)  # type: ignore[arg-type]  # a str, which mypy cannot see through **
        except PastEndError:
            return io.BytesIO()
        return io.BufferedReader(_Body(got["Body"]))

    def stat(self, key: str) -> ObjectInfo:
        """Return size and media type; see `Store.stat`."""
        check_key(key)
        with self._in_bucket():
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        return ObjectInfo(head["ContentLength"], head["ContentType"])

    def delete(self, key: str) -> None:
        """Delete an object if it is there; see `Store.delete`."""
        check_key(key)
        try:
            with reachable():
                self._client.delete_object(Bucket=self._bucket, Key=key)
        except MissingObjectError:
            return

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """Yield objects by prefix; see `Store.objects`."""
        pages = self._client.get_paginator("list_objects_v2")
        with reachable():
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                for found in page.get("Contents", ()):
                    yield StoredObject(found["Key"], found["Size"], found["LastModified"])

    def start_upload(self, key: str, *, media_type: str) -> str:
        """Begin an upload; see `Store.start_upload`."""
        check_key(key)
        with reachable():
            begun = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=key, ContentType=media_type
            )
        return begun["UploadId"]

    def part_url(
        self, key: str, upload_id: str, number: int, *, size: int, expires_in: timedelta
    ) -> str | None:
        """Return an address that is signed, its length too; see `Store.part_url`."""
        check_key(key)
        with reachable():
            return self._client.generate_presigned_url(
                "upload_part",
                Params={
                    "Bucket": self._bucket,
                    "Key": key,
                    "UploadId": upload_id,
                    "PartNumber": number,
                    "ContentLength": size,
                },
                ExpiresIn=int(expires_in.total_seconds()),
            )

    def put_part(self, key: str, upload_id: str, number: int, file: BinaryIO, *, size: int) -> Part:
        """Store a part; see `Store.put_part`."""
        check_key(key)
        # The client signs what it sends, and so reads it twice.
        with TemporaryFile() as whole, self._in_bucket():
            for piece in pieces(file, size):
                whole.write(piece)
            whole.seek(0)
            stored = self._client.upload_part(
                Bucket=self._bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=whole
            )
        return Part(number, size, _plain(stored["ETag"]))

    def parts(self, key: str, upload_id: str) -> list[Part]:
        """Return the parts there are; see `Store.parts`."""
        check_key(key)
        pages = self._client.get_paginator("list_parts")
        with reachable():
            return [
                Part(found["PartNumber"], found["Size"], _plain(found["ETag"]))
                for page in pages.paginate(Bucket=self._bucket, Key=key, UploadId=upload_id)
                for found in page.get("Parts", ())
            ]

    def finish_upload(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        """Put the parts together; see `Store.finish_upload`."""
        if not parts:
            # Some servers would make an empty object of none.
            self.parts(key, upload_id)
            raise MissingPartError
        named: list[CompletedPartTypeDef] = [
            {"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts
        ]
        with self._in_bucket():
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=check_key(key),
                UploadId=upload_id,
                MultipartUpload={"Parts": named},
            )

    def abort_upload(self, key: str, upload_id: str) -> None:
        """Give an upload up; see `Store.abort_upload`."""
        check_key(key)
        with suppress(MissingObjectError), self._in_bucket():
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)

    def uploads(self) -> Iterator[OpenUpload]:
        """Yield the open uploads; see `Store.uploads`."""
        pages = self._client.get_paginator("list_multipart_uploads")
        # Some servers say of a bucket that never had one that there is none of this name.
        with suppress(MissingObjectError), reachable():
            for page in pages.paginate(Bucket=self._bucket):
                for found in page.get("Uploads", ()):
                    yield OpenUpload(found["Key"], found["UploadId"], found["Initiated"])

    def set_up(self, origins: Sequence[str]) -> tuple[str, ...]:
        """Make the bucket and its rules; see `Store.set_up`."""
        self.ensure()
        return (
            f"The bucket {self._bucket} is there.",
            rules.let_in(self._client, self._bucket, origins),
            rules.forget_unfinished(self._client, self._bucket),
        )

    def browser_origin(self) -> str | None:
        """Return the server's origin; see `Store.browser_origin`."""
        address = urlsplit(self._client.meta.endpoint_url)
        return f"{address.scheme}://{address.netloc}"

    def tidy(self, *, before: datetime) -> None:
        """Do nothing: a server keeps its own house; see `Store.tidy`."""

    @contextmanager
    def _in_bucket(self) -> Iterator[None]:
        """Tell a missing object or upload from a missing bucket, where the answer does not.

        The answer to HEAD has no body, and some servers look for the upload first.
        """
        try:
            with reachable():
                yield
        except MissingObjectError:
            if self._has_bucket():
                raise
            raise unavailable() from None

    def _has_bucket(self) -> bool:
        try:
            with reachable():
                self._client.head_bucket(Bucket=self._bucket)
        except MissingObjectError:
            return False
        return True


class _Lent:
    """A file that the transfer manager may read and not close, as it would."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


class _Body(io.RawIOBase):
    """The body of an answer as a file; a line that breaks while it is read is a store down."""

    def __init__(self, body: "StreamingBody") -> None:
        super().__init__()
        self._body = body

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = cast("memoryview", buffer)
        with reachable():
            data: bytes = self._body.read(len(view))
        view[: len(data)] = data
        return len(data)

    @override
    def close(self) -> None:
        self._body.close()
        super().close()


def _plain(etag: str) -> str:
    return etag.strip('"')
