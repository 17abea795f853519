"""Who acts, and who answers for what. Public reference data: no actor is asked for."""

from quanyu.organisations.queries.answering import bodies_at
from quanyu.organisations.queries.bodies import (
    BodyEntry,
    above,
    bodies,
    bodies_called,
    bodies_over,
    body,
    body_by_code,
    body_entry,
    body_names,
    body_places,
    keys_called,
    stands,
    topic_names,
)
from quanyu.organisations.queries.duties import (
    DutyEntry,
    DutyPage,
    answers_for,
    duty_holders,
    duty_list,
    labels,
    with_duty,
)
from quanyu.organisations.queries.formed import parties_in
from quanyu.organisations.queries.hanging_party import of_life
from quanyu.organisations.queries.holders import stands_for
from quanyu.organisations.queries.listed import (
    BodyPage,
    bodies_asked,
    body_page,
    body_values,
    duties_asked,
    duty_values,
)
from quanyu.organisations.queries.post_section import posts_section
from quanyu.organisations.queries.topics import party_topic_names

__all__ = [
    "BodyEntry",
    "BodyPage",
    "DutyEntry",
    "DutyPage",
    "above",
    "answers_for",
    "bodies",
    "bodies_asked",
    "bodies_at",
    "bodies_called",
    "bodies_over",
    "body",
    "body_by_code",
    "body_entry",
    "body_names",
    "body_page",
    "body_places",
    "body_values",
    "duties_asked",
    "duty_holders",
    "duty_list",
    "duty_values",
    "keys_called",
    "labels",
    "of_life",
    "parties_in",
    "party_topic_names",
    "posts_section",
    "stands",
    "stands_for",
    "topic_names",
    "with_duty",
]
