"""The cases of the rules of gate 1, as a table: per rule what passes and what fails, and how close the two are.

A case names every rule it breaks. `fails` breaks its own rule (and those named after it); `passes` breaks none, or only
those named after it.
"""

from rule_builder import Case, Edit, add, drop, put

P, S, M, F, N, R, T = "Projecten", "Status", "Mijlpalen", "Financien", "Indicatoren", "RRF", "Overdrachten"
A = "Rekeningen"
WHY, MONEY_WHY = "Toelichting", "Toelichting"
PLANNED, ACTUAL, MS = "Geplande datum", "Werkelijke datum", "Mijlpaalstatus"
BUDGET, VAK, VEK = "Budget (EUR)", "Vastgelegd VAK (EUR)", "Vereffend VEK (EUR)"
VALUE, TARGET, BASELINE = "Gerealiseerde waarde", "Streefwaarde", "Nulmeting"
FINAL = "Definitief"
INITIAL, CLOSING = "Initieel budget (EUR)", "Afsluitdatum"
VAK_OF_ACCOUNTS, VEK_OF_ACCOUNTS = "VAK rekening (EUR)", "VEK rekening (EUR)"
# Accounts of the first cut-off, as they were returned then.
CLOSED = (
    put(A, CLOSING, "30/06/2022"),
    put(A, VAK_OF_ACCOUNTS, "500.000,00"),
    put(A, VEK_OF_ACCOUNTS, "200.000,00"),
)


def fails(rule: str, title: str, *edits: Edit, also: str = "") -> Case:
    return Case(rule, title, edits, (rule, *also.split()))


def passes(rule: str, title: str, *edits: Edit, though: str = "") -> Case:
    return Case(rule, title, edits, tuple(though.split()))


# A realised project as it should be: nothing open, all commitments paid.
REALISED = (
    put(S, "Projectstatus", "Gerealiseerd"),
    put(M, MS, "Gerealiseerd", 1),
    put(M, ACTUAL, "01/12/2022", 1),
    put(F, VEK, "600.000,00"),
)
# Committed money alone, from a project that has no budget sheet of its own.
NOTHING_PAID = (put(F, VEK, "0", at="both"),)
MERGED = "Samengevoegd met de tweede fase"

# Target 1 of the facility is due in the second quarter of 2022; a red project may have milestones in delay.
DUE_MID_2022 = (put(R, "Nummer M/T", "DEMO-01"),)
LATE_RED = (put(M, MS, "Vertraging", 1), put(M, WHY, "Vervroegd", 1), put(S, "Projectstatus", "rood"))

CASES = (
    passes("-", "the good return"),
    # values and keys
    fails("V01", "a word for an amount", put(F, VAK, "nog te bepalen")),
    passes("V01", "an amount with points and a comma", put(F, VAK, "600.000,01")),
    fails("V02", "31 June", put(M, PLANNED, "31/06/2023", 1)),
    passes("V02", "30 June as iso", put(M, PLANNED, "2023-06-30", 1)),
    fails("V03", "a status of nobody", put(S, "Projectstatus", "Paars")),
    passes("V03", "a synonym of a status", put(S, "Projectstatus", "lichtgroen")),
    fails("V04", "a status of a later scale", put(S, "Projectstatus", "Op schema")),
    passes("V04", "a status of this scale", put(S, "Projectstatus", "Niet gestart"), though="DQ09"),
    fails("V05", "a project without a title, and all that is said of it", put(P, "Titel", ""), also="K02"),
    passes("V05", "a project without an end, which it may", put(P, "Einddatum", "")),
    fails("V06", "a milestone without a code", add(M, "{code}", "", "Een derde mijlpaal", "A", "30/06/2023", "", "", "", "")),
    passes("V06", "an indicator without a territory, which it may", put(N, "Gebied", "")),
    fails("V07", "a broken formula", put(F, VEK, "#REF!", kind="e")),
    passes("V07", "the words of an error in a text", put(S, WHY, "#REF!")),
    fails("V08", "a tenth of a cent", put(F, VEK, "300.000,001")),
    passes("V08", "a whole cent", put(F, VEK, "300.000,01")),
    fails("V09", "an amount beyond all money", put(F, BUDGET, "1.000.000.000.000,00")),
    passes("V09", "the largest budget", put(F, BUDGET, "999.999.999.999,99", at="both")),
    fails("V09", "a number beyond all counting", put(N, VALUE, "-1.000.000.000.000.000")),
    passes("V09", "the largest number", put(N, VALUE, "999.999.999.999.999,9"), though="DQ07C"),
    fails("V10", "sixteen decimals", put(N, VALUE, "0,1234567890123456")),
    passes("V10", "fifteen decimals", put(N, VALUE, "0,123456789012345"), though="DQ07B"),
    fails("V11", "a code that became a date", put(N, "Gebied", "2021-01-02", kind="d")),
    passes("V11", "a code of digits", put(N, "Gebied", "20210102")),
    fails("V12", "an e-mail address in an objective", put(P, "Doelstelling", "Zie kernindicator bij an.peeters@mow.vlaanderen.be"), also="K02"),
    fails("V12", "a telephone number in a title", put(P, "Titel", "Fietspaden, bel 02 553 12 34", at="both"), also="K02"),
    fails("V12", "an account number of a milestone", put(M, "Omschrijving", "Storten op BE68 5390 0754 7034", 1, at="both"), also="DQ09"),
    fails("V12", "a national register number beside a document", put(S, "VR-document", "85.07.30-033.28")),
    passes("V12", "an objective that names nobody", put(P, "Doelstelling", "Zie kernindicator bij de afdeling")),
    passes("V12", "a mailbox that the registry calls public", put(P, "Doelstelling", "Kernindicator: opendata@example.org")),
    passes("V12", "an enterprise number", put(P, "Doelstelling", "Kernindicator van KBO 0458.123.456")),
    fails("V12", "an address in an explanation", put(S, WHY, "Vraag an.peeters@mow.vlaanderen.be")),
    passes("V12", "an address of who answers for it, which is not published", put(M, "Verantwoordelijke", "an@mow.vlaanderen.be")),
    fails("K01", "a milestone twice", add(M, "{code}", "M02", "Realiseren van 10 km fietspad", "A", "30/06/2023", "", "", "", "")),
    fails("K01", "a project twice", add(P, *("{code}", "Fietspaden {code}", "1", "2", "MOW", "Eenmalig", "nee", "", "kernindicator", "", ""))),
    fails("K01", "a status twice", add(S, "{code}", "Niet gestart", "", "")),
    fails("K01", "an amount twice", add(F, "{code}", "Voorlopig", "1", "1", "1", "")),
    fails("K01", "an indicator twice", add(N, "IND01", "{code}", "", "0", "100", "31/12/2025", "31", "")),
    fails("K01", "a link twice", add(R, "{code}", "I-1.01", "MT-01", "13/07/2021", "", "", "")),
    fails("K01", "a transfer twice", add(T, "B {code}", "15/06/2022", "{code}", "0")),
    fails("K01", "a closing date twice", add("Rekeningen", "{code}", "31/12/2021", "1", "1")),
    passes("K01", "the same milestone code at another project",
           add(M, "P000", "M{code}", "Realiseren van 10 km fietspad", "A", "30/06/2023", "", "", "", "")),
    passes("K01", "two projects in one return",
           add(P, *("{code}B", "Jaagpaden", "1", "2", "MOW", "Eenmalig", "nee", "5,00", "kernindicator", "", "")),
           add(S, "{code}B", "Opgestart", "", ""), add(F, "{code}B", "Voorlopig", "5,00", "1,00", "1,00", "")),
    passes("K01", "two territories", add(N, "IND01", "{code}", "BE21", "0", "100", "31/12/2025", "31", "")),
    passes("K01", "two links", add(R, "{code}", "I-1.01", "MT-02", "13/07/2021", "", "", "")),
    passes("K01", "two closing dates", add("Rekeningen", "{code}", "31/12/2020", "1", "1")),
    passes("K01", "the same rows again, where the layout repeats them",
           *(Edit(sheet, at="now", is_repeated=True) for sheet in (P, S, M, F, N, R, T, "Rekeningen"))),
    fails("K02", "a milestone of a project nobody delivered", add(M, "X1", "M01", "Gunnen van de opdracht", "A", "30/06/2023", "", "", "", "")),
    passes("K02", "a status of the project that was delivered", put(S, WHY, "Loopt")),
    fails("K03", "a cluster the plan does not have", put(P, "Cluster", "99"), also="K02"),
    passes("K03", "a cluster the plan has", put(P, "Cluster", "3", at="both")),
    fails("K04", "an indicator the plan does not have", put(N, "Indicatorcode", "IND99")),
    passes("K04", "an indicator the plan has, in small letters", put(N, "Indicatorcode", "ind02", at="both")),
    fails("P01", "renamed without a word", put(P, "Titel", "Fietsroutes")),
    passes("P01", "renamed, and said why", put(P, "Titel", "Fietsroutes"), put(S, WHY, MERGED)),
    passes("P01", "capitals, spaces and a full stop are form", put(P, "Titel", "FIETSPADEN  {code}.")),
    fails("P01", "renamed with the words of last time", put(P, "Titel", "Fietsroutes"), put(S, WHY, MERGED, at="both")),
    fails("P02", "moved to another cluster without a word", put(P, "Cluster", "3")),
    passes("P02", "moved, and said why", put(P, "Cluster", "3"), put(S, WHY, MERGED)),
    # milestones
    fails("DQ01", "two words", put(M, "Omschrijving", "Gunnen opdracht", 1, at="both")),
    passes("DQ01", "three words, ten characters", put(M, "Omschrijving", "Gun de bus", 1, at="both")),
    fails("DQ01", "three words, nine characters", put(M, "Omschrijving", "Gun d bus", 1, at="both")),
    fails("DQ01B", "nobody answers for it", put(M, "Verantwoordelijke", "", 1)),
    passes("DQ01B", "another one answers for it", put(M, "Verantwoordelijke", "Afdeling 2", 1)),
    fails("DQ02A", "reworded without a word", put(M, "Omschrijving", "Realiseren van 8 km fietspad", 1)),
    passes("DQ02A", "reworded, and said why", put(M, "Omschrijving", "Realiseren van 8 km fietspad", 1), put(M, WHY, "Tracé korter", 1)),
    passes("DQ02A", "capitals and spaces are form", put(M, "Omschrijving", "realiseren van 10 km  fietspad.", 1)),
    fails("DQ02B", "moved a day without a word", put(M, PLANNED, "01/07/2023", 1)),
    passes("DQ02B", "moved, and said why", put(M, PLANNED, "01/07/2023", 1), put(M, WHY, "Vergunning later", 1)),
    fails("DQ02B", "moved with the words of last time", put(M, PLANNED, "01/07/2023", 1), put(M, WHY, "Later", 1, at="both")),
    passes("DQ02B", "a new milestone moves nothing", add(M, "{code}", "M03", "Evalueren van het fietspad", "A", "30/06/2024", "", "", "", "")),
    fails("DQ03", "a milestone that is gone, so that all that is left is realised", drop(M, 1), also="DQ09"),
    passes("DQ03", "gone after it was dropped", put(M, MS, "Vervallen of vervangen", 1, at="before"), drop(M, 1), though="DQ09"),
    passes("DQ03", "gone after it was replaced", put(M, "Vervangen door", "M01", 1, at="before"), drop(M, 1), though="DQ09"),
    passes("DQ03", "a sender whose milestones are not in yet", drop(M, 0), drop(M, 1)),
    fails("DQ04A", "realised on no day", put(M, ACTUAL, "")),
    passes("DQ04A", "not realised on no day", put(M, ACTUAL, "", 1)),
    fails("DQ04B", "realised the day after the cut-off", put(M, ACTUAL, "01/01/2023")),
    passes("DQ04B", "realised on the cut-off", put(M, ACTUAL, "31/12/2022")),
    fails("DQ04C", "on schedule for the day before the cut-off", put(M, PLANNED, "30/12/2022", 1), put(M, WHY, "Vervroegd", 1), also="DQ09"),
    fails("DQ04C", "in the future for the day before the cut-off",
          put(M, PLANNED, "30/12/2022", 1), put(M, WHY, "Vervroegd", 1), put(M, MS, "In de toekomst", 1), also="DQ09"),
    passes("DQ04C", "on schedule for the cut-off", put(M, PLANNED, "31/12/2022", 1), put(M, WHY, "Vervroegd", 1)),
    passes("DQ04C", "in delay for the day before the cut-off",
           put(M, PLANNED, "30/12/2022", 1), put(M, WHY, "Vervroegd", 1), put(M, MS, "Vertraging", 1), though="DQ09"),
    # indicators
    fails("DQ05A", "no baseline", put(N, BASELINE, "")),
    passes("DQ05A", "a baseline of zero", put(N, BASELINE, "0")),
    fails("DQ05B", "no target date", put(N, "Streefdatum", "")),
    passes("DQ05B", "another target date", put(N, "Streefdatum", "31/12/2026")),
    fails("DQ06A", "no target", put(N, TARGET, "")),
    passes("DQ06A", "a target of a tenth", put(N, TARGET, "100,0")),
    fails("DQ06B", "target raised without a word", put(N, TARGET, "120")),
    fails("DQ06B", "target lowered without a word", put(N, TARGET, "99,9")),
    passes("DQ06B", "target raised, and said why", put(N, TARGET, "120"), put(N, WHY, "Na overleg verhoogd")),
    fails("DQ06C", "baseline changed without a word", put(N, BASELINE, "1")),
    fails("DQ06C", "baseline lowered without a word", put(N, BASELINE, "1", at="before")),
    passes("DQ06C", "baseline changed, and said why", put(N, BASELINE, "1"), put(N, WHY, "Nieuwe telling")),
    fails("DQ07A", "no value after the start", put(N, VALUE, "niet gerapporteerd")),
    fails("DQ07A", "an empty value after the start", put(N, VALUE, "")),
    passes("DQ07A", "no value before the start", put(N, VALUE, ""), put(P, "Startdatum", "01/01/2023")),
    passes("DQ07A", "not applicable", put(N, VALUE, "n.v.t.")),
    passes("DQ07A", "withheld", put(N, VALUE, "vertrouwelijk")),
    fails("DQ07B", "fallen by a tenth without a note", put(N, VALUE, "19,9")),
    passes("DQ07B", "the same value", put(N, VALUE, "20")),
    passes("DQ07B", "fallen, and said why", put(N, VALUE, "19,9"), put(N, WHY, "Dubbeltelling verbeterd")),
    passes("DQ07B", "fallen where less is better", put(N, VALUE, "10"), put(N, BASELINE, "200", at="both")),
    fails("DQ07C", "above 150 % of the target", put(N, VALUE, "150,1")),
    passes("DQ07C", "150 % of the target", put(N, VALUE, "150")),
    passes("DQ07C", "far above a target that is to be undercut", put(N, VALUE, "190"), put(N, BASELINE, "200", at="both")),
    # status
    passes("DQ09", "realised, and nothing is open", *REALISED),
    passes("DQ09", "realised, and the rest is dropped", *REALISED, put(M, MS, "Vervallen of vervangen", 1)),
    fails("DQ09", "realised with an open milestone", *REALISED, put(M, MS, "Op schema", 1)),
    fails("DQ08B", "realised with an open cent", *REALISED, put(F, VEK, "599.999,99")),
    fails("DQ08B", "realised with a cent too much", *REALISED, put(F, VEK, "600.000,01"), also="DQ13A"),
    passes("DQ08B", "realised with an open cent, and said why", *REALISED, put(F, VEK, "599.999,99"), put(F, MONEY_WHY, "Eindafrekening volgt")),
    fails("DQ09", "green with a milestone that was due", put(M, MS, "Vertraging", at="both"), put(M, ACTUAL, "", at="both")),
    fails("DQ09", "orange where half of the milestones is delayed, which makes red",
          put(M, MS, "Vertraging", at="both"), put(M, ACTUAL, "", at="both"), put(S, "Projectstatus", "oranje", at="both")),
    passes("DQ09", "red where half of the milestones is delayed",
           put(M, MS, "Vertraging", at="both"), put(M, ACTUAL, "", at="both"), put(S, "Projectstatus", "rood", at="both")),
    passes("DQ09", "nothing paid after 547 days", *NOTHING_PAID, put(P, "Startdatum", "02/07/2021", at="both")),
    fails("DQ09", "nothing paid after 548 days", *NOTHING_PAID, put(P, "Startdatum", "01/07/2021", at="both")),
    passes("DQ09", "a cent paid after 548 days",
           put(F, VEK, "0", at="before"), put(F, VEK, "0,01"), put(P, "Startdatum", "01/07/2021", at="both")),
    fails("DQ09", "not started with milestones started", *NOTHING_PAID, put(S, "Projectstatus", "Niet gestart")),
    fails("DQ17", "on the agenda without a document", put(S, "Projectstatus", "Opgestart na agendering VR")),
    fails("DQ17", "on the agenda with a word", put(S, "Projectstatus", "Opgestart na agendering VR"), put(S, "VR-document", "volgt")),
    passes("DQ17", "on the agenda with a document",
           put(S, "Projectstatus", "Opgestart na agendering VR"), put(S, "VR-document", "VR 2021 2602 VV DOC.0123/1")),
    passes("DQ17", "not on the agenda, with a word", put(S, "VR-document", "volgt")),
    # EU
    fails("DQ10", "an RRF project without a link", drop(R)),
    fails("DQ10", "a link that ended the day before the cut-off", put(R, "Geldig tot", "30/12/2022")),
    passes("DQ10", "a link that ends on the cut-off", put(R, "Geldig tot", "31/12/2022")),
    passes("DQ10", "no RRF project, no link", drop(R), put(P, "RRF", "nee")),
    fails("DQ11", "a milestone the day after the quarter of its target", *DUE_MID_2022, put(M, PLANNED, "01/07/2022", 1), *LATE_RED),
    passes("DQ11", "a milestone on the last day of the quarter of its target", *DUE_MID_2022, put(M, PLANNED, "30/06/2022", 1), *LATE_RED),
    passes("DQ11", "a link that has ended", *DUE_MID_2022, put(M, PLANNED, "01/07/2022", 1), *LATE_RED,
           put(R, "Geldig tot", "30/12/2022"), add(R, "{code}", "I-1.01", "MT-01", "13/07/2021", "", "", "")),
    fails("DQ18", "a link from the day after the cut-off", put(R, "Geldig van", "01/01/2023"), also="DQ10"),
    passes("DQ18", "a link from the cut-off", put(R, "Geldig van", "31/12/2022")),
    # project
    fails("DQ19A", "no objective", put(P, "Doelstelling", "")),
    passes("DQ19A", "an objective", put(P, "Doelstelling", "Een kernindicator verbeteren")),
    fails("DQ19B", "an objective without a key indicator", put(P, "Doelstelling", "Fietspaden aanleggen")),
    passes("DQ19B", "explicitly none", put(P, "Doelstelling", "Fietspaden aanleggen; geen Kernindicator")),
    # money
    fails("DQ12", "no money at all", drop(F)),
    fails("DQ12", "no amount and no word", put(F, VAK, ""), put(F, VEK, "")),
    passes("DQ12", "not monitored", put(F, VAK, "n.v.t."), put(F, VEK, "n.v.t.")),
    passes("DQ12", "no amount, and said why", put(F, VAK, ""), put(F, VEK, ""), put(F, MONEY_WHY, "Niet opgevolgd")),
    fails("DQ13A", "a cent more paid than committed", put(F, VEK, "600.000,01")),
    passes("DQ13A", "all of it paid", put(F, VEK, "600.000,00")),
    fails("DQ13B", "a cent more committed than the budget", put(F, VAK, "1.000.000,01")),
    passes("DQ13B", "all of it committed", put(F, VAK, "1.000.000,00")),
    fails("DQ13B", "more than the initial budget where no current one is told", put(F, VAK, "1.000.000,01"), put(F, BUDGET, "")),
    fails("DQ13C", "commitments fell by a cent without a note", put(F, VAK, "499.999,99")),
    fails("DQ13C", "payments fell by a cent without a note", put(F, VEK, "199.999,99")),
    passes("DQ13C", "the same amounts", put(F, VAK, "500.000,00"), put(F, VEK, "200.000,00")),
    passes("DQ13C", "fallen, and said why", put(F, VAK, "499.999,99"), put(F, MONEY_WHY, "Vastlegging geannuleerd")),
    passes("DQ13C", "a budget may be lowered", put(F, BUDGET, "900.000,00")),
    fails("DQ13D", "the budget in thousands", put(F, BUDGET, "1.000,00"), also="DQ13B"),
    fails("DQ13D", "the budget in millions", put(F, BUDGET, "1,00"), also="DQ13B"),
    fails("DQ13D", "a budget a thousand times as large", put(F, BUDGET, "1.000.000.000,00")),
    fails("DQ13D", "payments in thousands, and a word about something else", put(F, VEK, "300,00"), put(F, MONEY_WHY, "Nieuw")),
    fails("DQ13D", "payments a thousand times as large", put(F, VEK, "200.000.000,00"), also="DQ13A"),
    passes("DQ13D", "payments a thousand times as large, within the budget", put(F, VEK, "300,00", at="before")),
    passes("DQ13D", "a budget four hundred times as large", put(F, BUDGET, "400.000.000,00")),
    fails("DQ13E", "the initial budget in millions", put(P, INITIAL, "1,00")),
    fails("DQ13E", "the initial budget in thousands", put(P, INITIAL, "1.000,00")),
    fails("DQ13E", "an initial budget a thousand times as large", put(P, INITIAL, "1.000.000.000,00")),
    fails("DQ13E", "an initial budget half a thousand times as large", put(P, INITIAL, "500.000.000,00")),
    passes("DQ13E", "an initial budget four hundred times as large", put(P, INITIAL, "400.000.000,00")),
    passes("DQ13E", "an initial budget four hundred times as small", put(P, INITIAL, "2.500,00")),
    passes("DQ13E", "no initial budget told before", put(P, INITIAL, "", at="before"), put(P, INITIAL, "1,00")),
    passes("DQ13E", "no initial budget told any more", put(P, INITIAL, "")),
    fails("DQ13F", "a cent less committed in the accounts", *CLOSED, put(A, VAK_OF_ACCOUNTS, "499.999,99")),
    fails("DQ13F", "a cent more paid in the accounts", *CLOSED, put(A, VEK_OF_ACCOUNTS, "200.000,01")),
    passes("DQ13F", "the accounts are as returned", *CLOSED),
    passes("DQ13F", "a cent less in the accounts, and the return said why",
           *CLOSED, put(A, VAK_OF_ACCOUNTS, "499.999,99"), put(F, MONEY_WHY, "Tussentijds vastgelegd", at="before")),
    passes("DQ13F", "accounts of a day that is no meetmoment", put(A, CLOSING, "30/11/2022")),
    fails("DQ14", "a cent is lost", put(T, "Bedrag (EUR)", "999,99", 1)),
    fails("DQ14", "a cent is won", put(T, "Bedrag (EUR)", "1.000,01", 1)),
    passes("DQ14", "another sum, both sides", put(T, "Bedrag (EUR)", "-5,00"), put(T, "Bedrag (EUR)", "5,00", 1)),
    fails("DQ22B", "final money without the provisional", put(F, "Uitvoering", FINAL)),
    passes("DQ22B", "both kept", add(F, "{code}", FINAL, "1.000.000,00", "600.000,00", "300.000,00", "")),
    fails("DQ22C", "restated without a word", add(F, "{code}", FINAL, "1.000.000,00", "600.000,00", "300.000,01", "")),
    fails("DQ22C", "restated downwards without a word", add(F, "{code}", FINAL, "1.000.000,00", "600.000,00", "299.999,99", "")),
    passes("DQ22C", "restated, and said why", add(F, "{code}", FINAL, "1.000.000,00", "600.000,00", "300.000,01", "Afgesloten")),
)  # fmt: skip
