"""The addresses of the site, and one whose page fails with words about a person."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from quanyu.web import urls

WORDS = "张三 13800138000 192.0.2.7"


def fail(request: HttpRequest) -> HttpResponse:
    """Fail as a library does that quotes what it could not read."""
    raise RuntimeError(WORDS)


urlpatterns = [path("fails", fail), *urls.urlpatterns]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
