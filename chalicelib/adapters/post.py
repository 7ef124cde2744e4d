"""The mail relay: SES, with attachments and tags."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.application.ports import Attachment, Letter

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import AttachmentTypeDef

UTF8 = "UTF-8"


@dataclass(frozen=True, slots=True)
class SesPost:
    """The `Post` port."""

    client: "SESV2Client"
    sender: str

    def send(self, letter: Letter) -> str:
        answer = self.client.send_email(
            FromEmailAddress=self.sender,
            Destination={"ToAddresses": [letter.to]},
            EmailTags=[{"Name": name, "Value": value} for name, value in letter.tags.items()],
            Content={
                "Simple": {
                    "Subject": {"Data": letter.subject, "Charset": UTF8},
                    "Body": {
                        "Text": {"Data": letter.text, "Charset": UTF8},
                        "Html": {"Data": letter.html, "Charset": UTF8},
                    },
                    "Attachments": [_attached(file) for file in letter.attachments],
                }
            },
        )
        return answer["MessageId"]


def _attached(file: Attachment) -> "AttachmentTypeDef":
    return {
        "FileName": file.file_name,
        "RawContent": file.content,
        "ContentType": file.content_type,
        "ContentDisposition": "ATTACHMENT",
        "ContentTransferEncoding": "BASE64",
    }
