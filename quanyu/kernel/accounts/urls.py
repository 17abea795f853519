"""The addresses of this package, for web/urls.py; nothing else of allauth is exposed."""

from django.urls import path

from quanyu.kernel.accounts import pages

WISH = "desk/grants/requests/<uuid:request_id>"
COLLEAGUE = "desk/grants/people/<uuid:account_id>"

urlpatterns = [
    path("desk/sign-in", pages.sign_in, name="sign_in"),
    path("desk/sign-in", pages.sign_in, name="account_login"),  # as allauth calls it
    path("desk/sign-in/as/<str:username>", pages.enter_as, name="sign_in_as"),
    path("desk/sign-in/oidc", pages.start, name="sign_in_oidc"),
    path("desk/sign-in/oidc/back", pages.back, name="sign_in_oidc_back"),
    path("desk/sign-in/code", pages.enter_code, name="sign_in_code"),
    path("desk/sign-in/code", pages.enter_code, name="mfa_authenticate"),  # as allauth calls it
    path("desk/welcome/<str:token>", pages.welcome, name="welcome"),
    path("desk/sign-out", pages.sign_out, name="sign_out"),
    path("desk/second-factor", pages.second_factor, name="second_factor"),
    path("desk/password", pages.password, name="password"),
    path("desk/account", pages.own_account, name="own_account"),
    path("desk/account/identity", pages.link_identity, name="link_identity"),
    path("desk/account/identity/unlink", pages.unlink_identity, name="unlink_identity"),
    path("desk/account/codes", pages.renew_codes, name="renew_codes"),
    path("desk/account/sessions/end", pages.end_others, name="end_other_sessions"),
    path("desk/account/sessions/<str:session_id>/end", pages.end_session, name="end_session"),
    path("desk/hat", pages.hat, name="hat"),
    path("desk/people", pages.people, name="desk_people"),
    path("desk/people/new", pages.person_new, name="desk_person_new"),
    path("desk/people/<uuid:account_id>", pages.person, name="desk_person"),
    path("desk/people/<uuid:account_id>/grants", pages.give, name="desk_grant"),
    path(
        "desk/people/<uuid:account_id>/grants/<uuid:grant_id>/end",
        pages.take,
        name="desk_grant_end",
    ),
    path("desk/people/<uuid:account_id>/end", pages.end, name="desk_person_end"),
    path("desk/people/<uuid:account_id>/email", pages.email, name="desk_person_email"),
    path("desk/people/<uuid:account_id>/link", pages.link, name="desk_person_link"),
    path(
        "desk/people/<uuid:account_id>/confirm/<uuid:way_id>",
        pages.confirm,
        name="desk_person_confirm",
    ),
    path("desk/people/<uuid:account_id>/identity", pages.link_person, name="desk_person_identity"),
    path("desk/people/<uuid:account_id>/unlink", pages.unlink_person, name="desk_person_unlink"),
    path("desk/people/<uuid:account_id>/sessions", pages.end_sessions, name="desk_person_sessions"),
    path(
        "desk/people/<uuid:account_id>/second-factor",
        pages.no_second_factor,
        name="desk_person_factor",
    ),
    path("desk/people/<uuid:account_id>/sees", pages.sees, name="desk_person_sees"),
    path("desk/grants", pages.grants, name="desk_grants"),
    path("desk/grants/ask", pages.ask_grant, name="desk_grant_ask"),
    path("desk/grants/find/places", pages.find_places, name="desk_find_places"),
    path("desk/grants/find/bodies", pages.find_bodies, name="desk_find_bodies"),
    path("desk/grants/requests", pages.requests, name="desk_grant_requests"),
    path(f"{WISH}/approve", pages.approve, name="desk_grant_approve"),
    path(f"{WISH}/refuse", pages.refuse, name="desk_grant_refuse"),
    path(f"{WISH}/withdraw", pages.withdraw, name="desk_grant_withdraw"),
    path("desk/grants/ending", pages.ending, name="desk_grants_ending"),
    path("desk/grants/deputies", pages.name_deputy, name="desk_deputy_name"),
    path("desk/grants/deputies/<uuid:deputy_id>/end", pages.end_deputy, name="desk_deputy_end"),
    path("desk/grants/people", pages.circle, name="desk_circle"),
    path(COLLEAGUE, pages.circle, name="desk_circle_person"),
    path(f"{COLLEAGUE}/ask", pages.ask_for, name="desk_circle_ask"),
    path(f"{COLLEAGUE}/deputy", pages.name_deputy_for, name="desk_circle_deputy"),
    path("desk/grants/reviews", pages.reviews, name="desk_reviews"),
    path("desk/grants/reviews/open", pages.open_review, name="desk_review_open"),
    path("desk/grants/reviews/<uuid:review_id>", pages.review, name="desk_review"),
    path("desk/grants/reviews/<uuid:review_id>/decide", pages.decide, name="desk_review_decide"),
    path("desk/see-as/<uuid:account_id>", pages.see_as, name="desk_see_as"),
    path("desk/see-as/oneself", pages.see_as_oneself, name="desk_see_as_oneself"),
]
