"""Services that follow their settings while the program runs: one module a service.

Each needs its extra (`pip install 'trimtab[openai]'` and so on) and is imported by its own name.
`CATALOGUE` is a file that `trimtab import` takes: every setting of them with its type, rules,
default, description, category and reload mark; `CATALOGUE_PROD` the values that differ in `prod`.
"""

from pathlib import Path

CATALOGUE = Path(__file__).with_name("catalogue.json")
CATALOGUE_PROD = Path(__file__).with_name("catalogue_prod.json")

__all__ = ["CATALOGUE", "CATALOGUE_PROD"]
