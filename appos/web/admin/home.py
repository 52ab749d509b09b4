"""The first page of the panel: the state of the whole."""

from flask_admin import AdminIndexView

from appos.store.query import ListQuery
from appos.web.admin.base import PanelView, expose
from appos.web.state import state

RECENT = 6


class HomeView(PanelView, AdminIndexView):  # type: ignore[misc]
    """How every part is, what runs, and what happened last."""

    icon = "home"

    @expose("/")
    def index(self) -> str:
        """Show the state of the system."""
        services, kinds = state().services, state().tasks.kinds
        recent = ListQuery(per_page=RECENT, sort="-created", skip_total=True)
        return str(
            self.render(
                "admin/home.html",
                status=services.system.status(),
                recent_jobs=services.ledger.page(recent).items,
                recent_entries=services.audit.page(recent).items,
                kinds=kinds,
                startable={name: kind.title for name, kind in kinds.items() if kind.is_startable},
            )
        )
