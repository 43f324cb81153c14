"""The login form, and the way out."""

from aiohttp.web import HTTPSeeOther, Request, Response
from faust import web

from agents.web.auth import safe_next
from agents.web.forms import fields_of
from agents.web.limits import LOGINS
from agents.web.pages import Pages
from agents.web.site import site_of

pages = Pages("login")


@pages.page("/login", name="login")
class Login(web.View):
    """Asks for the token and begins a session."""

    async def get(self, request: Request) -> Response:
        """The form."""
        next_ = safe_next(request.query.get("next", "/"))
        return site_of(request).page("login.html", request, next=next_, wrong=False)

    async def post(self, request: Request) -> Response:
        """The form, filled in."""
        site = site_of(request)
        site.limit(request, LOGINS)
        form = await fields_of(request)
        next_ = safe_next(form.get("next", "/"))
        if not site.guard.token_is_right(form.get("token", "").strip()):
            return site.page("login.html", request, status=403, next=next_, wrong=True)
        response = HTTPSeeOther(next_)
        site.guard.log_in(request, response)
        raise response


@pages.page("/logout", name="logout")
class Logout(web.View):
    """Ends the session."""

    async def post(self, request: Request) -> Response:
        """Forget the cookie."""
        response = HTTPSeeOther("/")
        site_of(request).guard.log_out(request, response)
        raise response
