"""The admin panel at /_/: Flask-Admin's views over our services, with our own pages."""

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme

from appos import __version__
from appos.accounts.models import Account
from appos.audit.models import Entry
from appos.web.admin import assets, guard, login, sessions, shown
from appos.web.admin.accounts import SuperusersView, UsersView
from appos.web.admin.collections import CollectionsView
from appos.web.admin.home import HomeView
from appos.web.admin.jobs import JobsView
from appos.web.admin.settings import SettingsView
from appos.web.admin.trail import AuditView, LoggedRequest, RequestsView
from appos.web.headers import nonce
from appos.web.state import KEY, State, identity, state


def register(app: Flask) -> None:
    """Add the panel to the app."""
    known: State = app.extensions[KEY]
    sessions.register(app)
    guard.register(app)
    shown.register(app)
    assets.register(app)
    app.context_processor(
        lambda: {"app_name": state().services.settings.read().meta.app_name, "version": __version__}
    )
    app.context_processor(lambda: {"me": identity()})
    app.register_blueprint(login.bp)
    home = HomeView(name="Overview", url="/_")
    # Every file that the panel's pages use is our own; Flask-Admin's stay in its package.
    home.static_folder = None
    admin = Admin(app, "AppOS", url="/_", index_view=home, theme=Bootstrap4Theme(), csp_nonce_generator=nonce)
    admin.add_views(
        CollectionsView(name="Collections", endpoint="panel_collections", url="collections"),
        SuperusersView(Account, name="Superusers", endpoint="panel_superusers", url="superusers"),
        UsersView(Account, name="Users", endpoint="panel_users", url="users"),
        JobsView(known.tasks.kinds, name="Jobs", endpoint="panel_jobs", url="jobs"),
        AuditView(Entry, name="Audit", endpoint="panel_audit", url="audit"),
        RequestsView(LoggedRequest, name="Requests", endpoint="panel_requests", url="requests"),
        SettingsView(name="Settings", endpoint="panel_settings", url="settings"),
    )
