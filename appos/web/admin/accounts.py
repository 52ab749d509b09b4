"""Superusers and users in the panel."""

from typing import Any

import msgspec
from flask import flash

from appos.accounts.models import Account, Identity
from appos.accounts.passwords import LEAST_CHARACTERS, refuse_weak
from appos.accounts.service import Accounts
from appos.errors import AppOSError
from appos.records.models import SUPERUSERS, USERS, Collection
from appos.store.query import ListQuery, Page
from appos.web.admin.base import batch_action
from appos.web.admin.filters import Filter, IsTrue, days
from appos.web.admin.forms import AccountForm, NewAccountForm
from appos.web.admin.lists import ServiceView
from appos.web.admin.sessions import sessions
from appos.web.admin.shown import when, yes_no
from appos.web.state import actor, identity, state

FIELDS = {"email": "email", "emailVisibility": "email_visibility", "verified": "verified"}


class AccountsView(ServiceView):
    """The accounts of one auth collection. No hash and no token key comes here."""

    can_create = can_edit = can_delete = True
    collection_name = USERS
    noun = "user"
    least_characters = 8

    column_list = ("email", "verified", "email_visibility", "created")
    column_export_list = ("id", "email", "verified", "email_visibility", "created", "updated")
    column_labels = {"email": "E-mail", "email_visibility": "Public e-mail", "id": "ID"}
    column_sortable_list = (
        "email",
        "verified",
        ("email_visibility", "emailVisibility"),
        "created",
    )
    column_filters = (
        Filter("E-mail contains", "email"),
        IsTrue("Verified", "verified"),
        IsTrue("Public e-mail", "emailVisibility"),
        *days("created"),
    )
    column_formatters = {
        "verified": lambda _view, _context, account, _name: yes_no(account.verified),
        "email_visibility": lambda _view, _context, account, _name: yes_no(account.email_visibility),
        "created": lambda _view, _context, account, _name: when(account.created),
    }
    searched = ("email", "id")
    search_hint = "Search e-mail or ID"

    def get_create_form(self) -> type[NewAccountForm]:
        """Return the form of a new account."""
        return NewAccountForm

    def get_edit_form(self) -> type[AccountForm]:
        """Return the form of an account."""
        return AccountForm

    def create_form(self, obj: Any = None) -> NewAccountForm:
        """Return the form of a new account, which says how long its password must be."""
        form: NewAccountForm = super().create_form(obj)
        form.new_password.description = f"At least {self.least_characters} characters."
        return form

    def edit_form(self, obj: Any = None) -> AccountForm:
        """Return the form of an account, which says what a new password does."""
        form: AccountForm = super().edit_form(obj)
        form.new_password.description = (
            f"Leave it empty to keep the present one. At least {self.least_characters} characters; "
            "a new password ends every session and token of the account."
        )
        return form

    @property
    def _accounts(self) -> Accounts:
        return state().services.accounts

    @property
    def _collection(self) -> Collection:
        return state().services.collections.auth(self.collection_name)

    def fetch(self, query: ListQuery) -> Page[Account]:
        """Return one page of the accounts."""
        return self._accounts.page(self._collection, query)

    def get_one(self, id: str) -> Account | None:  # noqa: A002 - Flask-Admin's own name
        """Return an account without its secrets, or None."""
        found = self._accounts.find(self._collection, id)
        return msgspec.structs.replace(found.account, password="", token_key="") if found else None

    def check_password(self, password: str, email: str) -> None:
        """Refuse a password that the collection's own rule does not know of."""

    def create_model(self, form: NewAccountForm) -> Account | None:
        """Create an account; what is wrong with it is shown at its fields."""
        email, password = str(form.email.data).strip(), str(form.new_password.data)
        try:
            self.check_password(password, email)
            account = self._accounts.create(self._collection, email, password, actor())
            changes = _changes(form, account)
            if changes:
                self._accounts.change(self._identity(account.id), changes, actor())
        except AppOSError as error:
            form.show(error)
            return None
        return account

    def update_model(self, form: AccountForm, model: Account) -> bool:
        """Change what differs; what is wrong with it is shown at its fields."""
        changes, password = _changes(form, model), str(form.new_password.data or "")
        if password:
            changes["password"] = password
        try:
            if password:
                self.check_password(password, changes.get("email", model.email))
            if changes:
                self._accounts.change(self._identity(model.id), changes, actor())
        except AppOSError as error:
            form.show(error)
            return False
        if password:
            self._keep_own_session(model.id)
        return True

    def _keep_own_session(self, account_id: str) -> None:
        """Whoever changed their own password goes on here in a new session; their others have ended."""
        who = identity()
        if who is not None and who.account.id == account_id:
            sessions().begin(self._identity(account_id))

    def delete_model(self, model: Account) -> bool:
        """Delete an account; the last superuser stays."""
        try:
            self._accounts.delete(self._identity(model.id), actor())
        except AppOSError as error:
            flash(error.message, "error")
            return False
        return True

    @batch_action("delete", "Delete", "Delete the selected accounts? This cannot be undone.")
    def delete_selected(self, ids: list[str]) -> None:
        """Delete several accounts and say how many that were."""
        deleted = sum(self.delete_model(model) for model in map(self.get_one, ids) if model is not None)
        if deleted:
            flash(f"Deleted {deleted} {self.noun}{'s' if deleted > 1 else ''}.", "success")

    def _identity(self, account_id: str) -> Identity:
        found = self._accounts.find(self._collection, account_id)
        if found is None:
            raise AppOSError("The account was deleted meanwhile.", code="account_gone")
        return found


def _changes(form: AccountForm, account: Account) -> dict[str, Any]:
    given = {**form.data, "email": str(form.email.data).strip()}
    return {key: given[name] for key, name in FIELDS.items() if given[name] != getattr(account, name)}


class SuperusersView(AccountsView):
    """Whoever may do everything, here and in the API."""

    icon = "shield"
    collection_name = SUPERUSERS
    noun = "superuser"
    least_characters = LEAST_CHARACTERS
    intro = "Superusers may do everything, here and in the API."

    def check_password(self, password: str, email: str) -> None:
        """Refuse a weak password.

        Raises:
            InvalidError: `weak_password`.
        """
        refuse_weak(password, email)


class UsersView(AccountsView):
    """The accounts of the collection users."""

    icon = "users"
    intro = "Users sign in through the API; this panel is not open to them."
