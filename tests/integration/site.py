"""A server with users and collections of notes, and who listens to it."""

from dataclasses import dataclass, field
from typing import Any

from tests.listening import Stream
from tests.serving import Server

USER_PASSWORD = "Cobalt-Heron-77"


@dataclass
class Site:
    """A server with users, and what a superuser does there."""

    server: Server
    token: str = field(repr=False)
    tokens: dict[str, str] = field(default_factory=dict, repr=False)
    ids: dict[str, str] = field(default_factory=dict)
    made: int = 0

    def done(self, method: str, path: str, body: object = None, who: str = "superuser") -> Any:
        """Send a request that has to succeed, and return the body of the answer."""
        answer = self.server.request(method, path, self.tokens.get(who), body)
        assert answer.status in (200, 204), answer.text
        return answer.json() if answer.text else None

    def add_user(self, name: str) -> None:
        values = {"email": f"{name}@example.com", "password": USER_PASSWORD, "passwordConfirm": USER_PASSWORD}
        self.ids[name] = self.done("POST", "/api/collections/users/records", values)["id"]
        self.tokens[name] = self.sign_in(name)

    def sign_in(self, name: str, password: str = USER_PASSWORD) -> str:
        body = {"identity": f"{name}@example.com", "password": password}
        path = "/api/collections/users/auth-with-password"
        return str(self.done("POST", path, body, who="")["token"])

    def collection(self, **options: Any) -> str:
        """Create a collection of notes with owners, its rules open but for the given ones."""
        self.made += 1
        name = f"notes{self.made}"
        rules = {f"{action}Rule": "" for action in ("list", "view", "create", "update", "delete")}
        fields = [
            {"name": "title", "type": "text"},
            {"name": "secret", "type": "text", "hidden": True},
            {"name": "owner", "type": "relation", "collectionId": "_pb_users_auth_"},
        ]
        self.done("POST", "/api/collections", {"name": name, "fields": fields, **rules, **options})
        return name

    def create(self, collection: str, **values: Any) -> str:
        return str(self.done("POST", f"/api/collections/{collection}/records", values)["id"])

    def update(self, collection: str, record_id: str, **values: Any) -> None:
        self.done("PATCH", f"/api/collections/{collection}/records/{record_id}", values)

    def delete(self, collection: str, record_id: str) -> None:
        self.done("DELETE", f"/api/collections/{collection}/records/{record_id}")

    def subscribe(self, stream: Stream, *topics: str, who: str = "") -> int:
        body = {"clientId": stream.client_id, "subscriptions": topics}
        return self.server.request("POST", "/api/realtime", self.tokens.get(who), body).status
