"""Every table there is: importing the rooms' models registers them."""

from trimtab_server.access import models as access_models
from trimtab_server.audit import models as audit_models
from trimtab_server.catalog import models as catalog_models
from trimtab_server.config import models as config_models
from trimtab_server.delivery import models as delivery_models
from trimtab_server.infra.columns import metadata

__all__ = [
    "access_models",
    "audit_models",
    "catalog_models",
    "config_models",
    "delivery_models",
    "metadata",
]
