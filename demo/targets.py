"""Published figures that steer the demonstration, in one place.

Every amount is in whole euro and lies inside the printed precision of the figure it stands for;
where two printed figures bound the same amount (a total and its share) it satisfies both.
Scope of the money: the one-off projects. Scope of the milestones: all projects.
"""

from dataclasses import dataclass
from datetime import date

PLAN_CODE = "veerkracht"

# Cut-off date of each meting; key 0 is the day before the first period the returns tell about.
CUTOFF: dict[int, date] = {
    0: date(2020, 10, 15),
    1: date(2021, 3, 31),
    2: date(2021, 9, 30),
    3: date(2021, 12, 31),
    4: date(2022, 6, 30),
    5: date(2022, 12, 31),
    6: date(2023, 12, 31),
    7: date(2024, 12, 31),
}
METINGEN: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
LAST_PLANNED = date(2030, 12, 31)  # "planned in 2020-2030", meting 6

INITIAL_BUDGET_EUR = 4_303_000_000  # base of all printed shares (derived from them)


@dataclass(frozen=True)
class Money:
    """Cumulative totals of the one-off projects at one meting, EUR, provisional execution."""

    committed: int
    paid: int


PROVISIONAL: dict[int, Money] = {
    1: Money(92_000_000, 17_000_000),  # 92 and 17 million
    2: Money(752_000_000, 76_900_000),  # 750 (in tens) and 77 million
    3: Money(1_523_690_000, 218_600_000),  # 35.41 %; 219 million, 5.08 %, 142 more
    4: Money(2_000_900_000, 421_700_000),  # 2.0 billion, 46.5 %; 10 %
    5: Money(4_087_850_000, 1_310_260_000),  # 95 %; 1.31 billion, 30.45 %
    6: Money(4_168_000_000, 2_163_550_000),  # 4.168 billion; 50.28 %, 853 more
    7: Money(4_164_350_000, 3_053_650_000),  # 4.164 billion, 96.78 %; 890 more
}
# Definitive money once the accounts of the year are closed; 218.8 million is the Court of Audit's.
# The others stay inside the printed shares too, so a mart that prefers them prints the same.
DEFINITIVE: dict[int, Money] = {
    3: Money(1_523_740_000, 218_800_000),
    5: Money(4_087_950_000, 1_310_400_000),
    6: Money(4_168_120_000, 2_163_700_000),
}
COMMITTED_PROJECTS_M1 = 23  # "92 million over 23 projects"
PAID_PROJECTS_M1 = 9  # "17 million over 9 projects"

# Number of projects not yet started, and number started but not yet on the agenda of the
# Flemish Government. All other projects are dark green unless course.py names them.
NOT_STARTED: dict[int, int] = {1: 11, 2: 4, 3: 2, 4: 1, 5: 0}
STARTED_NOT_AGENDERED: dict[int, int] = {1: 91, 2: 26, 3: 17, 4: 9, 5: 3}

MILESTONES_M6 = 1753  # not dropped, scope all
MILESTONES_M1 = 1667  # chosen so that additions and drops below lead to MILESTONES_M6


@dataclass(frozen=True)
class Mix:
    """Parts of the milestones that are not dropped; what is left lies in the future."""

    realised: float
    on_schedule: float
    delayed: float


# Meting 4: on schedule or realised is 92 % of what was started. Meting 6: 1,483 of 1,753.
MILESTONE_MIX: dict[int, Mix] = {
    1: Mix(0.05, 0.28, 0.02),
    2: Mix(0.14, 0.32, 0.04),
    4: Mix(0.42, 0.3604, 0.0679),
    5: Mix(0.54, 0.29, 0.08),
    6: Mix(1130 / 1753, 353 / 1753, 190 / 1753),
    7: Mix(0.76, 0.12, 0.10),
}
# Meting 3 is known by speerpunt, as an ordering: most have 70-80 % started, 2 the least; 3 has the
# largest part in delay, 5 the largest part realised, 6 is high in realised plus on schedule.
MILESTONE_MIX_M3: dict[str, Mix] = {
    "1": Mix(0.30, 0.40, 0.06),
    "2": Mix(0.22, 0.30, 0.05),
    "3": Mix(0.26, 0.33, 0.13),
    "4": Mix(0.31, 0.39, 0.05),
    "5": Mix(0.42, 0.29, 0.06),
    "6": Mix(0.36, 0.38, 0.05),
    "7": Mix(0.27, 0.39, 0.08),
}


@dataclass(frozen=True)
class Turnover:
    """Milestones that enter or leave at a meting, besides those of added or stopped projects."""

    added: int
    replaced: int  # dropped, and a new one takes its place
    dropped: int  # dropped for good


TURNOVER: dict[int, Turnover] = {
    1: Turnover(0, 0, 0),
    2: Turnover(24, 4, 2),
    3: Turnover(20, 5, 3),
    4: Turnover(30, 8, 4),
    5: Turnover(16, 8, 4),
    6: Turnover(20, 9, 5),
    7: Turnover(10, 6, 4),
}


def cents(euro: int) -> int:
    """Whole euro as cents; amounts are integers of cents everywhere in this package."""
    return euro * 100
