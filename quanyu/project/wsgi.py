"""The door of the web server."""

import os

from django.core.wsgi import get_wsgi_application

from quanyu.kernel.operations.heap import settle
from quanyu.project.lean import leave_out_tests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanyu.project.settings")
leave_out_tests()
application = get_wsgi_application()
settle()
