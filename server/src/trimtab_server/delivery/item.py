"""One key as programs read it: canonical JSON, rendered once and sent many times. Pure."""

from typing import NamedTuple

from trimtab_server.catalog.definition import Reload, SourcePolicy
from trimtab_server.config.resolve import Resolved
from trimtab_server.config.state import SettingState
from trimtab_server.delivery.digest import item_number
from trimtab_server.http.instants import instant
from trimtab_server.kernel.value_types import canonical_text


class Item(NamedTuple):  # 10,000 of them are made at once
    """One item: `member` is `"KEY":{...}` in UTF-8, `number` its share of the digest."""

    key: str
    member: bytes
    number: int

    @property
    def text(self) -> bytes:
        """The object alone. A key needs no escapes, so its length is known."""
        return self.member[len(self.key) + 3 :]


def is_served(resolved: Resolved) -> bool:
    """Whether programs are told of the key: it has a value, or they may supply one themselves."""
    return resolved.text is not None or resolved.policy is not SourcePolicy.STORE


def render_item(setting: SettingState, resolved: Resolved) -> Item:
    """The members in the order of their names; those that are as usual are left out.

    The value is the stored text itself, so types stay as they are. The rules go with what the
    process itself may supply: it has to check that by itself.
    """
    definition = setting.definition
    row, policy = resolved.stored, resolved.policy
    secret = ',"isSecret":true' if definition.is_secret else ""
    origin = "" if resolved.origin is None else f',"origin":"{resolved.origin}"'
    reload = "" if definition.reload is Reload.LIVE else f',"reload":"{definition.reload}"'
    rules = source = ""
    if policy is not SourcePolicy.STORE:
        source = f',"sourcePolicy":"{policy}"'
    if source or secret:
        rules = f',"rules":{canonical_text(definition.rules.to_json())}'
    updated = instant(row.updated_at if row else setting.updated_at)
    value = "" if resolved.text is None else f',"value":{resolved.text}'
    member = (
        f'"{setting.key}":{{"category":"{definition.category}"{secret}{origin}{reload}{rules}'
        f'{source},"type":"{definition.type}","updatedAt":"{updated}"{value},'
        f'"version":{row.version if row else 0}}}'
    ).encode()
    return Item(setting.key, member, item_number(member))
