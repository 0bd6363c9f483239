"""One place that gives a key a value, or documents it."""

from dataclasses import dataclass, field

from trimtab.migrate.env_file import Assignment


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An assignment in one file; `environment` None: the file only documents it.

    `value` is what a program gets, variables filled in. `uses` are the variables in it, `unknown`
    those of them that no file sets, so that only the process knows the value.
    """

    path: str
    environment: str | None
    assignment: Assignment
    value: str = field(repr=False)
    uses: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The variable's name."""
        return self.assignment.key

    @property
    def where(self) -> str:
        """`path:line`; without a line, where else it is from."""
        return f"{self.path}:{self.assignment.line}" if self.assignment.line else self.path

    @property
    def sets(self) -> bool:
        """Whether it gives the key a value in some environment."""
        return self.environment is not None and not self.assignment.commented_out
