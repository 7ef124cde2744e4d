"""Accounts in Cognito: passwords are kept there and nowhere else (SEC-1)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.domain.kernel.errors import Invalid

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

WRONG = ("NotAuthorizedException", "UserNotFoundException", "PasswordResetRequiredException")


@dataclass(frozen=True, slots=True)
class CognitoAccounts:
    """The `Accounts` port; the user name is the customer's id, so an address can be mended."""

    client: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str

    def ensure(self, customer_id: str, email: str) -> None:
        attributes = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ]
        try:
            self.client.admin_create_user(
                UserPoolId=self.pool_id,
                Username=customer_id,
                MessageAction="SUPPRESS",
                UserAttributes=attributes,  # type: ignore[arg-type]  # a plain list of dicts
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "UsernameExistsException":
                raise

    def set_password(self, customer_id: str, password: str) -> None:
        try:
            self.client.admin_set_user_password(
                UserPoolId=self.pool_id, Username=customer_id, Password=password, Permanent=True
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in (
                "InvalidPasswordException",
                "InvalidParameterException",
            ):
                raise Invalid({"password": "WEAK_PASSWORD"}) from error
            raise

    def check_password(self, customer_id: str, password: str) -> bool:
        try:
            answer = self.client.admin_initiate_auth(
                UserPoolId=self.pool_id,
                ClientId=self.client_id,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": customer_id, "PASSWORD": password},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in WRONG:
                return False
            raise
        return "AuthenticationResult" in answer
