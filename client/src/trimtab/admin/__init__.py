"""Management calls: everything a person or a script does to the store, over HTTP."""

from trimtab.admin.access_replies import Grant, Principal, Scope, Token, WhoAmI
from trimtab.admin.calls import Admin
from trimtab.admin.replies import (
    Candidate,
    Change,
    ChangeItem,
    Comparison,
    Definition,
    Difference,
    Entity,
    Environment,
    Explanation,
    Json,
    Verdict,
    Version,
    Written,
)
from trimtab.admin.wire import vouched

__all__ = [
    "Admin",
    "Candidate",
    "Change",
    "ChangeItem",
    "Comparison",
    "Definition",
    "Difference",
    "Entity",
    "Environment",
    "Explanation",
    "Grant",
    "Json",
    "Principal",
    "Scope",
    "Token",
    "Verdict",
    "Version",
    "WhoAmI",
    "Written",
    "vouched",
]
