"""The management API, one method per route."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trimtab.admin.access import AccessCalls
from trimtab.admin.keys import in_path
from trimtab.admin.replies import (
    Candidate,
    Change,
    Comparison,
    Definition,
    Difference,
    Entity,
    Environment,
    Explanation,
    Verdict,
    Version,
    Written,
)
from trimtab.admin.wire import CONFIG, Item, given, vouched
from trimtab.errors import Complaint


class Admin(AccessCalls):
    """Reads and writes the store of one application, as the holder of the profile's token.

    Every method raises a subclass of `trimtab.errors.TrimtabError`: ServerUnreachable,
    NotATrimtabAnswer, or the kind of Refused that says what the server said.
    """

    def entity(self, key: str, environment: str | None = None) -> Entity:
        """One setting, resolved in `environment`, with the ETag that a write must name."""
        response = self._exchange.send(
            "GET", f"{CONFIG}/{in_path(key)}", query=self._scope(environment)
        )
        return self._read(Entity, self._exchange.json(response), etag=response.headers.get("ETag"))

    def entities(
        self,
        environment: str | None = None,
        *,
        category: str | None = None,
        prefix: str | None = None,
    ) -> Iterator[Entity]:
        """Every setting, page by page, inherited values included."""
        query = self._scope(environment) | {"category": category, "prefix": prefix}
        for page in self._pages(CONFIG, query):
            yield from self._read_all(Entity, page)

    def set_value(
        self,
        key: str,
        value: object,
        *,
        environment: str,
        etag: str,
        comment: str | None = None,
        no_secret_because: str | None = None,
    ) -> Written:
        """Set the value in `environment`, if it still is what `etag` was read with.

        `no_secret_because` vouches for a value that the server only guesses to be a credential.
        """
        body = {"value": value, "comment": comment, **vouched(no_secret_because)}
        return self._written("PUT", in_path(key), environment, etag, body)

    def define(
        self,
        key: str,
        edits: Item,
        *,
        environment: str,
        etag: str,
        comment: str | None = None,
    ) -> Written:
        """Edit the definition, for all environments; `edits` in the names of the API."""
        path = f"{in_path(key)}/definition"
        return self._written("PATCH", path, environment, etag, {**edits, "comment": comment})

    def create(self, item: Item) -> Written:
        """Make a setting, with a value if the item holds one; `item` in the names of the API."""
        in_path(str(item.get("key", "")))
        body = given({**item, "application": self._application})
        return self._read(Written, self._json("POST", CONFIG, body=body))

    def delete(
        self,
        key: str,
        *,
        environment: str,
        etag: str,
        cascade: bool = False,
        comment: str | None = None,
    ) -> Change:
        """Remove the value in `environment`; in the root, the setting."""
        query = self._scope(environment) | {"cascade": cascade or None, "comment": comment}
        path = f"{CONFIG}/{in_path(key)}"
        return self._change(self._json("DELETE", path, query=query, headers={"If-Match": etag}))

    def bulk(
        self,
        items: Sequence[Item],
        *,
        comment: str | None = None,
        dry_run: bool = False,
        idempotency_key: str | None = None,
    ) -> Change:
        """Make many edits, all or none, as one change.

        With an `idempotency_key` the same call may be repeated for 24 hours: it is carried out
        once, and answered the same each time.
        """
        body = self._body({"items": list(items), "comment": comment, "dryRun": dry_run or None})
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._change(self._json("POST", f"{CONFIG}/bulk", body=body, headers=headers))

    def validate(self, items: Sequence[Item]) -> Verdict:
        """What a write of these edits would say."""
        reply = self._json("POST", f"{CONFIG}/validate", body=self._body({"items": list(items)}))
        return self._read(Verdict, reply, errors=self._read_all(Complaint, reply, "errors"))

    def history(
        self, key: str, environment: str | None = None, *, limit: int | None = None
    ) -> Iterator[Version]:
        """Every change of a key, the newest first; at most `limit`."""
        left = limit
        path = f"{CONFIG}/history/{in_path(key)}"
        for page in self._pages(path, self._scope(environment), limit=limit):
            for version in self._read_all(Version, page):
                if left == 0:
                    return
                left = None if left is None else left - 1
                yield version

    def explain(self, key: str, environment: str | None = None) -> Explanation:
        """Where a key's value comes from, and why."""
        path = f"{CONFIG}/explain/{in_path(key)}"
        reply = self._json("GET", path, query=self._scope(environment))
        return self._read(
            Explanation, reply, candidates=self._read_all(Candidate, reply, "candidates")
        )

    def diff(
        self,
        source: str,
        target: str,
        *,
        source_revision: int | None = None,
        target_revision: int | None = None,
    ) -> Comparison:
        """What differs between two environments, or two revisions."""
        query = self._scope(None) | {
            "source": source,
            "target": target,
            "sourceRevision": source_revision,
            "targetRevision": target_revision,
        }
        reply = self._json("GET", f"{CONFIG}/diff", query=query)
        return self._read(Comparison, reply, items=self._read_all(Difference, reply))

    def promote(
        self,
        source: str,
        target: str,
        *,
        keys: Sequence[str] = (),
        comment: str | None = None,
        dry_run: bool = False,
    ) -> Change:
        """Copy what differs from `source` to `target`, as one change."""
        body = self._body(
            {
                "source": source,
                "target": target,
                "keys": list(keys) or None,
                "comment": comment,
                "dryRun": dry_run or None,
            }
        )
        return self._change(self._json("POST", f"{CONFIG}/promote", body=body))

    def rollback(
        self, target: Item, *, comment: str | None = None, dry_run: bool = False
    ) -> Change:
        """Restore, as a new change; `target` is one of the three forms of the API."""
        body = self._body({**target, "comment": comment, "dryRun": dry_run or None})
        return self._change(self._json("POST", f"{CONFIG}/rollback", body=body))

    def head(self) -> str:
        """The application's current revision, as `epoch.revision`."""
        response = self._exchange.send("GET", f"{CONFIG}/categories", query=self._scope(None))
        return response.headers.get("Trimtab-Revision", "")

    def categories(self) -> Mapping[str, Any]:
        """Categories with the number of their settings: `{"items": [{"category", "count"}]}`."""
        reply = self._json("GET", f"{CONFIG}/categories", query=self._scope(None))
        return self._object(reply, "items")

    def schema(self) -> Mapping[str, Any]:
        """Every definition, and the whole as JSON Schema: `{"settings", "jsonSchema"}`."""
        reply = self._json("GET", f"{CONFIG}/schema", query=self._scope(None))
        return self._object(reply, "settings")

    def definitions(self) -> dict[str, Definition]:
        """Every definition, by key."""
        settings = self.schema()["settings"]
        return {key: self._read(Definition, raw) for key, raw in settings.items()}

    def snapshot(self, environment: str | None = None) -> Mapping[str, Any]:
        """The whole resolved set of an environment."""
        reply = self._json("GET", "/api/v1/snapshot", query=self._scope(environment))
        return self._object(reply, "items")

    def export(self, environment: str | None = None, **query: object) -> bytes:
        """The set as a file's content; `query`: format, prefix, category, at, revision, meta."""
        scope = self._scope(environment) | query
        return self._exchange.send("GET", "/api/v1/export", query=scope).content

    def environments(self) -> tuple[Environment, ...]:
        """Every environment of the application."""
        reply = self._json("GET", "/api/v1/environments", query=self._scope(None))
        return self._read_all(Environment, reply)

    def create_environment(
        self, name: str, parent: str, *, comment: str | None = None
    ) -> Environment:
        """Make an environment that inherits from `parent`."""
        body = self._body({"name": name, "parent": parent, "comment": comment})
        return self._read(Environment, self._json("POST", "/api/v1/environments", body=body))

    def applications(self) -> Mapping[str, Any]:
        """Every application that the token may see: `{"items": [{"name", ...}]}`."""
        return self._object(self._json("GET", "/api/v1/applications"), "items")

    def create_application(self, name: str) -> Mapping[str, Any]:
        """Make an application, with its own environments."""
        return self._object(self._json("POST", "/api/v1/applications", body={"name": name}), "name")
