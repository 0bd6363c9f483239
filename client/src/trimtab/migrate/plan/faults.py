"""What is wrong with a plan that somebody edited: each fault one sentence with its line."""

from pathlib import Path

from trimtab.errors import TrimtabError


class BadPlan(TrimtabError):
    """The plan cannot be carried out as it is; `faults` name every place."""

    code = "bad-plan"

    def __init__(self, path: Path, faults: list[tuple[int, str]]) -> None:
        self.faults = tuple(sorted(faults))
        count = f"{len(faults)} faults" if len(faults) > 1 else "one fault"
        lines = [f"  {path}:{line}: {_sentence(reason)}" for line, reason in self.faults]
        super().__init__("\n".join([f"{path} cannot be used as it is ({count}):", *lines]))


class Faults:
    """Collects them, so that a person is told everything at once."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def add(self, line: int, reason: str) -> None:
        """Note one; `reason` never quotes a value."""
        self.found.append((line, reason))

    def raise_any(self, path: Path) -> None:
        """Raise BadPlan if there is any."""
        if self.found:
            raise BadPlan(path, self.found)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
