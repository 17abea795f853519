"""Elections of committees: the case, its candidates and its ballots (换届选举)."""

from collections import Counter

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.errors import gettext_noop
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.kernel.workflow.models import Case, Step, of_steps
from quanyu.organisations.rules.voting import Seat
from quanyu.organisations.workflow.elections import ELECTION, ElectionState

DAYS = 3650
"""Sample days: records of elections are kept ten years."""


class Election(Case):
    """The election of one organisation's next committee (换届选举).

    ``body_id`` is the organisation; ``region_path`` where it stands.
    """

    workflow = ELECTION
    access = Access(rows=Reach(place="region_path", circle="life"), writes="insert update")
    personal = {
        "way": Personal("duty", gettext_noop("说明选举怎样进行"), DAYS, "ended_at", of="staff")
    }

    term = models.ForeignKey(
        "organisations.CommitteeTerm",
        on_delete=models.PROTECT,
        null=True,
        related_name="elections",
        verbose_name="到期的一届",
    )
    next_term = models.OneToOneField(
        "organisations.CommitteeTerm",
        on_delete=models.PROTECT,
        null=True,
        related_name="elected_in",
        verbose_name="新一届",
    )
    secretaries = models.PositiveSmallIntegerField("应选书记", default=0)
    deputies = models.PositiveSmallIntegerField("应选副书记", default=0)
    members = models.PositiveSmallIntegerField("应选委员", default=0)
    entitled = models.PositiveIntegerField("应到会人数")
    meeting_date = models.DateField("选举日期")
    way = models.TextField(_("选举办法"), blank=True)
    made_by = models.UUIDField("发起人", null=True)
    made_at = models.DateTimeField("发起时间")
    ended_at = models.DateTimeField("了结时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "换届选举"
        constraints = [
            models.CheckConstraint(
                name="election_state_known", condition=Q(state__in=ElectionState.values)
            ),
            models.CheckConstraint(
                name="election_place_ends_with_slash", condition=Q(region_path__endswith="/")
            ),
            models.CheckConstraint(
                name="election_is_of_a_body", condition=Q(body_id__isnull=False)
            ),
            models.CheckConstraint(
                name="election_fills_a_seat",
                condition=Q(secretaries__gte=1) | Q(deputies__gte=1) | Q(members__gte=1),
            ),
            models.CheckConstraint(
                name="election_concluded_with_a_term",
                condition=~Q(state=ElectionState.CONCLUDED) | Q(next_term__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["body_id"],
                condition=Q(ended_at__isnull=True),
                name="election_is_open_once",
            ),
        ]
        indexes = [models.Index("region_path", "meeting_date", name="election_by_place")]

    def __str__(self) -> str:
        return f"{self.meeting_date}"

    @property
    def seats(self) -> dict[str, int]:
        """Return how many are to be elected to each post."""
        found = {
            Seat.SECRETARY: self.secretaries,
            Seat.DEPUTY: self.deputies,
            Seat.MEMBER: self.members,
        }
        return {seat.value: count for seat, count in found.items() if count}

    def elected(self) -> "list[Candidate]":
        """Return who was elected in any of its ballots."""
        return [one for one in self.candidates.order_by("number") if one.elected_in_id]

    def seats_left(self) -> dict[str, int]:
        """Return how many seats of each post no ballot has filled yet."""
        filled = Counter(one.seat for one in self.elected())
        left = {seat: count - filled[seat] for seat, count in self.seats.items()}
        return {seat: count for seat, count in left.items() if count > 0}

    def is_full_list(self) -> bool:
        """Answer whether each post has as many candidates as it has seats."""
        named = Counter(self.candidates.values_list("seat", flat=True))
        return all(named[seat] >= count for seat, count in self.seats.items())


class ElectionStep(Step):
    """One act in the story of an election (选举经过)."""

    access = Access(
        rows=Under("case", "organisations.Election"), writes="insert", opened_by_anyone=True
    )
    personal = of_steps(gettext_noop("记录选举经过"), DAYS, "ended_at", of="staff")

    case = models.ForeignKey(
        Election, models.CASCADE, verbose_name="换届选举", related_name="steps"
    )

    class Meta:
        verbose_name = verbose_name_plural = "选举经过"
        constraints = [
            models.UniqueConstraint("case", "number", name="election_step_in_order"),
        ]


Election.step_model = ElectionStep


class Ballot(models.Model):
    """One ballot of an election: how many could vote, were there, and gave in a paper (投票)."""

    access = Access(rows=Under("election", "organisations.Election"), writes="insert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    election = models.ForeignKey(
        Election, models.CASCADE, verbose_name="换届选举", related_name="ballots"
    )
    number = models.PositiveSmallIntegerField("第几次")
    held_on = models.DateField("日期")
    entitled = models.PositiveIntegerField("应到会人数")
    present = models.PositiveIntegerField("实到人数")
    issued = models.PositiveIntegerField("发出选票")
    returned = models.PositiveIntegerField("收回选票")
    invalid = models.PositiveIntegerField("无效票")
    is_quorate = models.BooleanField("达到法定人数")
    present_norm = models.ForeignKey(
        "organisations.PartyNorm", models.PROTECT, related_name="+", verbose_name="到会规定"
    )
    majority_norm = models.ForeignKey(
        "organisations.PartyNorm", models.PROTECT, related_name="+", verbose_name="当选规定"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "投票"
        constraints = [
            models.UniqueConstraint(fields=["election", "number"], name="ballot_in_order"),
            models.CheckConstraint(
                name="ballot_papers_add_up",
                condition=Q(present__lte=models.F("entitled"))
                & Q(issued__lte=models.F("present"))
                & Q(returned__lte=models.F("issued"))
                & Q(invalid__lte=models.F("returned")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class Candidate(models.Model):
    """Somebody who stands for a post in an election (候选人)."""

    access = Access(rows=Under("election", "organisations.Election"))
    personal = {
        "name": Personal(
            "duty",
            gettext_noop("说明候选人和当选人是谁"),
            DAYS,
            "election__ended_at",
            kind="name",
            of="staff",
            ends="fade",
        )
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    election = models.ForeignKey(
        Election, models.CASCADE, verbose_name="换届选举", related_name="candidates"
    )
    number = models.PositiveSmallIntegerField("次序")
    name = models.CharField(_("姓名"), max_length=40)
    account = models.ForeignKey(
        "accounts.Account",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="账号",
    )
    seat = models.CharField("职务", max_length=10)
    elected_in = models.ForeignKey(
        Ballot, models.PROTECT, null=True, related_name="elected", verbose_name="当选于"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "候选人"
        constraints = [
            models.UniqueConstraint(fields=["election", "number"], name="candidate_in_order"),
            models.CheckConstraint(
                name="candidate_seat_is_known",
                condition=Q(seat__in=[seat.value for seat in Seat]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Vote(models.Model):
    """How many votes one candidate had in one ballot; never whose (得票)."""

    access = Access(rows=Under("ballot", "organisations.Ballot"), writes="insert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    ballot = models.ForeignKey(Ballot, models.CASCADE, verbose_name="投票", related_name="votes")
    candidate = models.ForeignKey(
        Candidate, models.PROTECT, verbose_name="候选人", related_name="votes"
    )
    votes = models.PositiveIntegerField("票数")
    is_tied = models.BooleanField("票数相同", default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "得票"
        constraints = [
            models.UniqueConstraint(fields=["ballot", "candidate"], name="vote_counted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.votes}"
