"""Papers in S3, written once: a name that is taken stays as it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.domain.kernel.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
ABSENT = ("NoSuchKey", "404", "NotFound")


@dataclass(frozen=True, slots=True)
class S3Files:
    """The `Files` port on one bucket."""

    client: "S3Client"
    bucket: str

    def put_once(self, name: str, content: bytes, content_type: str) -> bool:
        try:
            self.client.put_object(
                Bucket=self.bucket,
                Key=name,
                Body=content,
                ContentType=content_type,
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in TAKEN:
                return False
            raise
        return True

    def get(self, name: str) -> bytes:
        try:
            return self.client.get_object(Bucket=self.bucket, Key=name)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                raise NotFound("NOT_FOUND", name) from error
            raise

    def names(self, folder: str, *, after: str = "") -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=folder, StartAfter=after
        )
        return (found["Key"] for page in pages for found in page.get("Contents", ()))

    def link(self, name: str, *, file_name: str, seconds: int = 300) -> str:
        return self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": name,
                "ResponseContentDisposition": f'attachment; filename="{file_name}"',
            },
            ExpiresIn=seconds,
        )
