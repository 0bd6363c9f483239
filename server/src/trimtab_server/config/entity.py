"""The configuration entity: one key in one environment, as every mouth of the API says it."""

from trimtab_server.config.outcome import Shown
from trimtab_server.config.resolve import entity_tag, resolve
from trimtab_server.config.state import SettingState, State
from trimtab_server.http.instants import instant


def show(state: State, setting: SettingState, environment: str) -> Shown:
    """The entity and its tag; where the default won, times and author are the setting's."""
    resolved = resolve(setting, state.environments, environment)
    row = resolved.stored
    definition = setting.definition
    entity = {
        "id": str(row.id if row else setting.id),
        "application": state.application.name,
        "environment": environment,
        "category": definition.category,
        "key": setting.key,
        "value": resolved.value,
        "description": definition.description,
        "type": definition.type.value,
        "validationRules": definition.rules.to_json(),
        "isSecret": definition.is_secret,
        "origin": resolved.origin,
        "sourcePolicy": resolved.policy.value,
        "reload": definition.reload.value,
        "version": row.version if row else 0,
        "createdAt": instant(row.created_at if row else setting.created_at),
        "updatedAt": instant(row.updated_at if row else setting.updated_at),
        "updatedBy": row.updated_by if row else setting.updated_by,
    }
    return Shown(entity, entity_tag(setting, resolved))
