"""The cover note of meting 3 says what was presented at meting 3: every sentence and figure of its slides."""

import time
from io import BytesIO
from pathlib import Path

import pdf_reading
import pikepdf
import pytest
from conftest import DemoRun

from flows.forms import publication
from flows.release import kept
from flows.release.kept import Release
from flows.reports import making

pytestmark = pytest.mark.demo

# What the slides say, as the note says it; figures within the precision in which they were printed.
SLIDES = {
    "153 on the agenda, 17 not yet, 1 realised: 171 of 180 (95 %) started": (
        "Op 31 december 2021 zijn 171 van de 180 relanceprojecten (95 %) opgestart: 153 na agendering op de "
        "Vlaamse Regering, 17 nog zonder agendering en 1 gerealiseerd."
    ),
    "2 not started": ("Nog niet gestart zijn 2 projecten."),
    "7 ask for special attention": (
        "Bijzondere aandacht (oranje) vragen 7 projecten; bij de vorige meting was dat er 1."
    ),
    "none needs additional action": ("Bijkomende actie (rood) is bij geen enkel project nodig (0)."),
    "55 projects in the European facility": ("55 projecten worden ook opgevolgd in het Europese herstelfonds (RRF)."),
    "1.52 billion committed, 35.41 % of 4.3 billion": (
        "Voor 158 projecten (Eenmalige relancemiddelen) is € 1.524 mln. vastgelegd (VAK), 35,41 % van de € "
        "4.303 mln. die oorspronkelijk voorzien was."
    ),
    "double of meting 2": (
        "Dat is meer dan het dubbele van de vorige meting: € 772 mln. meer dan de € 752 mln. van 30 september 2021."
    ),
    "219 million paid, 5.08 %": ("Vereffend (VEK) is € 219 mln., 5,08 % van de oorspronkelijk voorziene middelen."),
    "142 million more paid since September": ("Sinds 30 september 2021 kwam er € 142 mln. bij."),
    "38 % or more for 1, 2 and 4, substantially lower for 3, 5, 6 and 7": (
        "Speerpunten 1, 2 en 4 hebben een groter deel vastgelegd dan het plan als geheel, ten minste 39,0 %; "
        "speerpunten 3, 5, 6 en 7 blijven eronder, met ten hoogste 27,0 %."
    ),
    "most speerpunten have 70 to 80 % started": ("In 6 van de 7 speerpunten is 70 tot 80 % van de mijlpalen aangevat."),
    "2 has many in the future": ("Speerpunt 2 heeft nog relatief veel mijlpalen in de toekomst (42,9 %)."),
    "3 has the largest share in delay": ("Speerpunt 3 heeft het grootste aandeel in vertraging (13,0 %)."),
    "5 the largest share realised": ("Speerpunt 5 heeft het grootste aandeel gerealiseerd (41,9 %)."),
    "6 relatively many realised and on schedule": (
        "In speerpunt 6 zijn relatief de meeste mijlpalen gerealiseerd of op schema (73,0 %)."
    ),
}
# The picture of commitments by cluster.
CLUSTERS = {
    "Vergroening weginfrastructuur": "82,0 %",
    "Culturele infrastructuur": "69,0 %",
    "Verkeersveilige weginfrastructuur": "53,0 %",
    "Modal shift naar vervoer over het water": "52,0 %",
    "Renovatie van gebouwen": "58,0 %",
    "Fietsinfrastructuur": "24,0 %",
    "Blue deal": "24,0 %",
    "Groene warmte": "23,0 %",
    "Infrastructuurforfaits ziekenhuizen": "0,0 %",
    "Congresinfrastructuur": "0,0 %",
}


@pytest.fixture(scope="module")
def release(demo: DemoRun) -> Release:
    current = kept.current(demo.settings)
    assert current
    return current


@pytest.fixture(scope="module")
def made(release: Release) -> making.Made:
    return making.make(release.database, "cover_note", _head(release), "m3")


@pytest.fixture(scope="module")
def note(made: making.Made, tmp_path_factory: pytest.TempPathFactory) -> str:
    page = tmp_path_factory.mktemp("note") / "cover_note.pdf"
    page.write_bytes(made.files[page.name]())
    return pdf_reading.letters(page)


def _head(release: Release) -> making.Head:
    address = publication.release_uri(release.release_id)
    return making.Head(release.release_id, release.published_at, release.manifest["content_sha256"], address)


def _same(text: str) -> str:
    """As it stands in the note once its notes and breaks are taken away."""
    return "".join(text.split())


@pytest.mark.parametrize("said", SLIDES)
def test_what_the_slides_say_is_in_the_note_with_the_same_value(made: making.Made, said: str) -> None:
    assert SLIDES[said] in [sentence.replace("\u00a0", " ") for sentence in made.sentences["nl"]]


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_the_share_of_each_cluster_on_the_slides_is_in_the_note(note: str, cluster: str) -> None:
    assert _same(cluster + CLUSTERS[cluster]) in note


def test_the_note_has_two_pages_and_leaves_no_sentence_out(made: making.Made) -> None:
    assert made.left_out == []
    for file in ("cover_note.pdf", "cover_note.en.pdf"):
        with pikepdf.open(BytesIO(made.files[file]())) as pdf:
            assert len(pdf.pages) == 2


@pytest.mark.slow
def test_all_documents_of_the_whole_plan_take_ten_seconds_of_work_at_most(release: Release, tmp_path: Path) -> None:
    before = time.process_time()
    making.write(release.database, tmp_path, _head(release))
    assert time.process_time() - before < 10
