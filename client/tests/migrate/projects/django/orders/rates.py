import json
import os

RATES = json.loads(os.environ.get("SHIPPING_RATES", "{}"))
RETRIES = int(os.environ.get("ORDER_RETRIES", 3))
NAMES = ("WAREHOUSE_EU", "WAREHOUSE_US")
WAREHOUSES = {name: os.environ[name] for name in NAMES}
