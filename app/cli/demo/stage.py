"""What the demo's story is told with: people, files, and a clock that each scene sets itself."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.models import User
from app.accounts.queries import actor_of
from app.authz import Actor
from app.cli.demo.people import ORGANISER, PASSWORD
from app.mail import OutgoingMail
from contests.models import Contest, Entry, Forum
from contests.service import contests as contest_service
from contests.service import entries as entry_service
from contests.service import files
from contests.service.contests import ContestValues
from contests.states import ContestKind, ContestState
from judging.service import panel
from media import service as media
from media.limits import AssetKind, Limits

ZONE = "Europe/Zurich"
_INVITATION = re.compile(r"/invitations/(\S+)")


@dataclass(frozen=True)
class Stage:
    """One unit of work of the demo, at the real present `now`."""

    session: Session
    now: datetime
    pictures: dict[str, bytes]

    def at(self, days: float) -> datetime:
        """Return the instant that many days from now."""
        return self.now + timedelta(days=days)

    def evening(self, days: int) -> datetime:
        """Return 23:00 by the forum's clocks on the day that many days from now."""
        day = self.day(days)
        return datetime.combine(day, time(23), ZoneInfo(ZONE))

    def day(self, days: int) -> date:
        """Return the date by the forum's clocks that many days from now."""
        return self.at(days).astimezone(ZoneInfo(ZONE)).date()

    def person(self, email: str, name: str, *, organiser: bool = False) -> Actor:
        """Return somebody as an actor, with the demo's password, made where they are not."""
        user = self.session.scalar(select(User).where(User.email == email))
        if user is None:
            user = accounts.put_user(
                self.session,
                email=email,
                name=name,
                password=PASSWORD,
                organiser=organiser,
                now=self.at(-90),
            )
        return actor_of(user)

    @property
    def organiser(self) -> Actor:
        """The demo's first organiser."""
        return self.person(ORGANISER, "")

    def attach(self, entry: Entry, slug: str, actor: Actor, now: datetime) -> None:
        """Upload a drawn picture to an entry."""
        kept = media.keep(
            BytesIO(self.pictures[slug]),
            filename=f"{slug}.jpg",
            kind=AssetKind.PICTURE,
            limits=files.limits_of(entry.contest, AssetKind.PICTURE),
        )
        files.attach(self.session, entry=entry, kept=kept, actor=actor, now=now)

    def publish(
        self, forum: Forum, kind: ContestKind, values: ContestValues, cover: str
    ) -> Contest:
        """Set up a contest with a drawn picture as its cover, and publish it as it opens."""
        now, organiser = values.opens_at, self.organiser
        contest = contest_service.create_contest(
            self.session, forum=forum, kind=kind, values=values, actor=organiser, now=now
        )
        asset = media.receive(
            self.session,
            actor=organiser,
            file=BytesIO(self.pictures[cover]),
            filename=f"{cover}.jpg",
            kind=AssetKind.PICTURE,
            limits=Limits(),
            now=now,
        )
        media.claim(
            self.session,
            actor=organiser,
            public_ids=[asset.public_id],
            kind=AssetKind.PICTURE,
            now=now,
        )
        contest_service.set_cover(
            self.session, contest=contest, asset=asset, actor=organiser, now=now
        )
        contest_service.move(
            self.session, contest=contest, to=ContestState.PUBLISHED, actor=organiser, now=now
        )
        return contest

    def write(
        self, entry: Entry, words: entry_service.EntryWords, actor: Actor, now: datetime
    ) -> None:
        """Save an entry's words."""
        entry_service.save(
            self.session, entry=entry, words=words, revision=entry.revision, actor=actor, now=now
        )

    def seat(self, contest: Contest, email: str, name: str, now: datetime) -> None:
        """Invite a judge, open the mail, follow its link, and declare no conflicts."""
        self.person(email, name)
        panel.invite(
            self.session,
            contest=contest,
            email=email,
            name=name,
            actor=self.organiser,
            now=now,
        )
        mail = self.session.scalars(
            select(OutgoingMail)
            .where(OutgoingMail.recipient == email)
            .order_by(OutgoingMail.id.desc())
        ).first()
        found = _INVITATION.search(mail.body or "") if mail else None
        if found is None:
            message = f"no invitation was written to {email}"
            raise LookupError(message)
        judge, user = panel.accept(self.session, token=found.group(1), now=now)
        panel.declare(self.session, judge=judge, conflicts={}, actor=actor_of(user), now=now)
