"""Why nobody was let in."""

from enum import StrEnum

from trimtab_server.errors import Unauthenticated


class LoginFailure(StrEnum):
    """Why nobody was let in, as the audit trail says it."""

    MISSING = "missing"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    DISABLED = "disabled"
    EXPIRED = "expired"
    # Of tokens that an issuer is said to have made: not by its key, in a form that we do not
    # take, for somebody else, before its time.
    FORGED = "forged"
    UNFIT = "unfit"
    NOT_FOR_US = "not-for-us"
    NOT_YET = "not-yet"


class BadCredential(Unauthenticated):
    """The credential is not valid: `Authorization: Bearer tt_...` with a live token is needed."""

    # One message for unknown, mistyped, revoked and disabled: which it was is nobody's business
    # but the audit trail's, which gets `reason` and, of a token that exists, its public id.
    challenge = 'Bearer realm="trimtab", error="invalid_token"'

    def __init__(self, reason: LoginFailure, public_id: str | None = None) -> None:
        self.reason = reason
        self.public_id = public_id
        super().__init__()


class TokenExpired(BadCredential):
    """The token has expired; ask for a new one."""

    code = "token-expired"
    title = "The token has expired."
    challenge = f'{BadCredential.challenge}, error_description="The token has expired"'

    def __init__(self, public_id: str) -> None:
        super().__init__(LoginFailure.EXPIRED, public_id)
