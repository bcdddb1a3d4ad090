"""Forums, contests, teams and entries."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, enum_column
from contests.states import ContestKind, ContestState, EntryState, Screening
from media.limits import AssetKind
from media.models import Asset


class Forum(Base):
    """One edition of the event; its contests share its dates and zone."""

    __tablename__ = "forums"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    tagline: Mapped[str] = mapped_column(String(300), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64), default="Europe/Zurich")

    contests: Mapped[list["Contest"]] = relationship(
        back_populates="forum", order_by="Contest.closes_at"
    )


class GalleryOpens(StrEnum):
    """When the public may see a contest's entries."""

    AT_CLOSE = "at-close"
    AT_ANNOUNCEMENT = "at-announcement"


class Contest(Base):
    """One competition of a forum: what is asked, of whom, until when."""

    __tablename__ = "contests"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        CheckConstraint("entries_per_person BETWEEN 1 AND 100", name="entries_per_person"),
        CheckConstraint("1 <= team_min AND team_min <= team_max", name="team_size"),
        CheckConstraint("0 <= pictures_min AND pictures_min <= pictures_max", name="pictures"),
        CheckConstraint("documents_max >= 0", name="documents"),
        CheckConstraint("videos_max >= 0", name="videos"),
        CheckConstraint("0 <= words_min AND words_min <= words_max", name="words"),
        CheckConstraint("winners BETWEEN 1 AND 100", name="winners"),
        CheckConstraint("max_bytes BETWEEN 1 AND 52428800", name="max_bytes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id"), index=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[ContestKind] = mapped_column(enum_column(ContestKind))
    state: Mapped[ContestState] = mapped_column(
        enum_column(ContestState), default=ContestState.DRAFT
    )
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(String(300), default="")
    brief: Mapped[str] = mapped_column(Text, default="")
    rules: Mapped[str] = mapped_column(Text, default="")
    zone: Mapped[str] = mapped_column(String(64))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    entries_per_person: Mapped[int] = mapped_column(default=5)
    team_min: Mapped[int] = mapped_column(default=1)
    team_max: Mapped[int] = mapped_column(default=5)
    pictures_min: Mapped[int] = mapped_column(default=1)
    pictures_max: Mapped[int] = mapped_column(default=1)
    documents_max: Mapped[int] = mapped_column(default=0)
    videos_max: Mapped[int] = mapped_column(default=0)
    words_min: Mapped[int] = mapped_column(default=0)
    words_max: Mapped[int] = mapped_column(default=2000)
    max_bytes: Mapped[int] = mapped_column(default=52_428_800)
    formats: Mapped[list[str]] = mapped_column(JSON)
    sdgs: Mapped[list[int]] = mapped_column(JSON)
    action_lines: Mapped[list[str]] = mapped_column(JSON)
    winners: Mapped[int] = mapped_column(default=3)
    gallery_opens: Mapped[GalleryOpens] = mapped_column(
        enum_column(GalleryOpens), default=GalleryOpens.AT_CLOSE
    )
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id"))
    last_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    forum: Mapped[Forum] = relationship(back_populates="contests")
    cover: Mapped[Asset | None] = relationship()
    tracks: Mapped[list["Track"]] = relationship(
        back_populates="contest", order_by="Track.position", cascade="all, delete-orphan"
    )
    declarations: Mapped[list["Declaration"]] = relationship(
        back_populates="contest", order_by="Declaration.position", cascade="all, delete-orphan"
    )

    def most(self, kind: AssetKind) -> int:
        """Return how many files of one kind an entry may have."""
        return {
            AssetKind.PICTURE: self.pictures_max,
            AssetKind.DOCUMENT: self.documents_max,
            AssetKind.VIDEO: self.videos_max,
        }[kind]


class Track(Base):
    """A category inside a contest: a hackathon's challenge."""

    __tablename__ = "tracks"
    __table_args__ = (UniqueConstraint("contest_id", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(Text, default="")

    contest: Mapped[Contest] = relationship(back_populates="tracks")


class Declaration(Base):
    """A statement an entrant must accept: "I am 18 or older"."""

    __tablename__ = "declarations"
    __table_args__ = (UniqueConstraint("contest_id", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id", ondelete="CASCADE"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(300))

    contest: Mapped[Contest] = relationship(back_populates="declarations")


class LatePass(Base):
    """One person's longer deadline, granted by an organiser with a reason."""

    __tablename__ = "late_passes"
    __table_args__ = (UniqueConstraint("contest_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(300))
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Team(Base):
    """Who submits a project; people join by the captain's link, which `invite_nonce` can revoke."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("contest_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    captain_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    invite_nonce: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]

    contest: Mapped[Contest] = relationship()
    captain: Mapped[User] = relationship(foreign_keys=captain_id)
    members: Mapped[list["TeamMember"]] = relationship(
        back_populates="team", order_by="TeamMember.joined_at", cascade="all, delete-orphan"
    )


class TeamMember(Base):
    """One person in one team; the captain is a member too."""

    __tablename__ = "team_members"
    __table_args__ = (UniqueConstraint("team_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    joined_at: Mapped[datetime]

    team: Mapped[Team] = relationship(back_populates="members")
    user: Mapped[User] = relationship()


class Entry(Base):
    """What one person or one team submits to a contest.

    Its words and files live in versions. `number` is given at the first submission; `current` is
    the last submitted version, which is what judges and the public see; `working` is the copy that
    its form edits, if there is one. `revision` counts every change of words, so that a form opened
    before the last of them is known to be stale.
    """

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        CheckConstraint("(state = 'draft') = (submitted_at IS NULL)", name="submitted_has_time"),
        CheckConstraint("(state = 'draft') = (number IS NULL)", name="submitted_has_number"),
        CheckConstraint("(state = 'draft') = (current_id IS NULL)", name="submitted_has_version"),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_time"
        ),
        CheckConstraint(
            "(state = 'disqualified') = (disqualified_reason IS NOT NULL)",
            name="disqualified_has_reason",
        ),
        CheckConstraint(
            "(screening = 'ineligible') = (screening_reason IS NOT NULL)",
            name="ineligible_has_reason",
        ),
        Index("ix_entries_contest_state", "contest_id", "state", "screening"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), unique=True)
    number: Mapped[int | None]
    state: Mapped[EntryState] = mapped_column(enum_column(EntryState), default=EntryState.DRAFT)
    screening: Mapped[Screening] = mapped_column(enum_column(Screening), default=Screening.PENDING)
    screening_reason: Mapped[str | None] = mapped_column(String(300))
    disqualified_reason: Mapped[str | None] = mapped_column(String(300))
    current_id: Mapped[int | None] = mapped_column(
        ForeignKey("entry_versions.id", use_alter=True), unique=True
    )
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    contest: Mapped[Contest] = relationship()
    owner: Mapped[User] = relationship()
    team: Mapped[Team | None] = relationship()
    current: Mapped["EntryVersion | None"] = relationship(foreign_keys=current_id)
    working: Mapped["EntryVersion | None"] = relationship(
        primaryjoin=(
            "and_(Entry.id == foreign(EntryVersion.entry_id), EntryVersion.submitted_at.is_(None))"
        ),
        uselist=False,
        viewonly=True,
    )
    versions: Mapped[list["EntryVersion"]] = relationship(
        back_populates="entry",
        foreign_keys="EntryVersion.entry_id",
        order_by="EntryVersion.number",
        cascade="all, delete-orphan",
    )

    @property
    def label(self) -> str:
        """The entry's number as people write it, "0427"; empty before the first submission."""
        return "" if self.number is None else f"{self.number:04d}"


_SEARCHED = "title || ' ' || caption || ' ' || summary || ' ' || description || ' ' || place"
_UNSETTLED = "submitted_at IS NOT NULL AND settled_at IS NULL"


class EntryVersion(Base):
    """The words and files of an entry at one time; a submitted version never changes again.

    An entry has at most one version that is not submitted: the working copy its form edits. A
    submitted one is settled once the last of its files is ready or refused and what follows from
    that is done: its pictures are compared with the others', its people know what was refused.
    `searched` is what the public finds it by, in small letters: the database writes it, for to fold
    the texts of a large gallery for every search would take seconds.
    """

    __tablename__ = "entry_versions"
    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        Index(
            "uq_entry_versions_working",
            "entry_id",
            unique=True,
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
        CheckConstraint(
            "settled_at IS NULL OR submitted_at IS NOT NULL", name="settled_after_submission"
        ),
        Index(
            "ix_entry_versions_unsettled",
            "submitted_at",
            sqlite_where=text(_UNSETTLED),
            postgresql_where=text(_UNSETTLED),
        ),
        Index("ix_entry_versions_country", "country"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(160), default="")
    summary: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    caption: Mapped[str] = mapped_column(Text, default="")
    alt_text: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(160), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    taken_on: Mapped[date | None]
    consent: Mapped[bool] = mapped_column(default=False)
    licence: Mapped[str] = mapped_column(String(20), default="")
    language: Mapped[str] = mapped_column(String(8), default="", server_default="")
    track_id: Mapped[int | None] = mapped_column(ForeignKey("tracks.id"))
    links: Mapped[list[str]] = mapped_column(JSON, default=list)
    searched: Mapped[str] = mapped_column(
        Text, Computed(f"lower({_SEARCHED})", persisted=True), deferred=True
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    entry: Mapped[Entry] = relationship(back_populates="versions", foreign_keys=entry_id)
    track: Mapped[Track | None] = relationship()
    files: Mapped[list["VersionAsset"]] = relationship(
        back_populates="version", order_by="VersionAsset.position", cascade="all, delete-orphan"
    )
    topics: Mapped[list["VersionTopic"]] = relationship(
        back_populates="version", order_by="VersionTopic.code", cascade="all, delete-orphan"
    )
    accepted: Mapped[list["AcceptedDeclaration"]] = relationship(
        back_populates="version", cascade="all, delete-orphan"
    )

    def codes(self, scheme: "TopicScheme") -> list[str]:
        """Return the codes this version carries in one vocabulary."""
        return [topic.code for topic in self.topics if topic.scheme is scheme]


class TopicScheme(StrEnum):
    """The vocabularies an entry is described with."""

    SDG = "sdg"
    ACTION_LINE = "action-line"


class VersionTopic(Base):
    """One SDG or Action Line of a version, as a row so that galleries can filter by it."""

    __tablename__ = "version_topics"
    __table_args__ = (
        UniqueConstraint("version_id", "scheme", "code"),
        Index("ix_version_topics_code", "scheme", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("entry_versions.id", ondelete="CASCADE"))
    scheme: Mapped[TopicScheme] = mapped_column(enum_column(TopicScheme))
    code: Mapped[str] = mapped_column(String(20))

    version: Mapped[EntryVersion] = relationship(back_populates="topics")


class VersionAsset(Base):
    """A file of a version, in the entrant's order; its asset is claimed while a version uses it."""

    __tablename__ = "version_assets"
    __table_args__ = (
        UniqueConstraint("version_id", "asset_id"),
        CheckConstraint("position >= 0", name="position_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("entry_versions.id", ondelete="CASCADE"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), index=True)
    position: Mapped[int]

    version: Mapped[EntryVersion] = relationship(back_populates="files")
    asset: Mapped[Asset] = relationship()


class LookAlike(Base):
    """Two entries of one contest with pictures that look the same, for an organiser to judge.

    `distance` counts the bits in which the pictures' fingerprints differ: 0 is the same picture.
    """

    __tablename__ = "look_alikes"
    __table_args__ = (
        UniqueConstraint("entry_id", "other_id"),
        CheckConstraint("entry_id < other_id", name="each_pair_once"),
        CheckConstraint("distance BETWEEN 0 AND 64", name="distance"),
        CheckConstraint(
            "(dismissed_at IS NULL) = (dismissed_by_id IS NULL)", name="dismissed_by_somebody"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    other_asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), index=True
    )
    distance: Mapped[int]
    found_at: Mapped[datetime]
    dismissed_at: Mapped[datetime | None]
    dismissed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    entry: Mapped[Entry] = relationship(foreign_keys=entry_id)
    other: Mapped[Entry] = relationship(foreign_keys=other_id)
    asset: Mapped[Asset] = relationship(foreign_keys=asset_id)
    other_asset: Mapped[Asset] = relationship(foreign_keys=other_asset_id)


class AcceptedDeclaration(Base):
    """A declaration the entrant ticked in this version."""

    __tablename__ = "accepted_declarations"
    __table_args__ = (UniqueConstraint("version_id", "declaration_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("entry_versions.id", ondelete="CASCADE"))
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declarations.id"))

    version: Mapped[EntryVersion] = relationship(back_populates="accepted")
    declaration: Mapped[Declaration] = relationship()
