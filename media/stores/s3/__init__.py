"""Objects in a bucket of an S3 server; the only user of boto3."""

from media.stores.s3.store import S3Store

__all__ = ["S3Store"]
