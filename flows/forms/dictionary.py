"""The data dictionary: what every mart and column means, for people (HTML) and for machines (CSV)."""

import csv
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment

from flows.forms import contents, publication
from flows.forms.contents import Mart
from flows.forms.edition import Edition

PAGE, TABLE = "dictionary.html", "dictionary.csv"

_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!DOCTYPE html>
<html lang="nl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gegevenswoordenboek {{ release }}</title>
<link rel="stylesheet" href="assets/site.css">
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
</head>
<body>
<header class="top"><div class="wide"><a class="name" href="index.html">{{ title }}</a>
<nav aria-label="Hoofdmenu"><ul><li><a href="index.html">Overzicht</a></li>
<li><a href="wijzigingen.html">Wijzigingen</a></li><li><a href="open-data.html">Open data</a></li>
<li><a href="kwaliteit.html">Kwaliteit</a></li></ul></nav></div></header>
<div class="wide loose">
<h1>Gegevenswoordenboek <span lang="en">/ data dictionary</span></h1>
<p>{{ title }}, uitgave <span lang="en">/ release</span> {{ release }}.</p>
<nav>
{% for heading, listed in groups %}
<h2>{{ heading }}</h2>
<table>
<thead><tr><th scope="col">Tabel <span lang="en">/ table</span></th>\
<th scope="col">Wat een rij is <span lang="en">/ what a row is</span></th></tr></thead>
<tbody>
{% for mart in listed %}
<tr><th scope="row"><a href="#{{ mart.name }}"><code>{{ mart.name }}</code></a><br>{{ mart.label_nl }}</th>\
<td>{{ mart.description_nl }}</td></tr>
{% endfor %}
</tbody>
</table>
{% endfor %}
</nav>
<main>
{% for mart in marts %}
<section id="{{ mart.name }}">
<h2><code>{{ mart.name }}</code></h2>
<p>{{ mart.label_nl }} <span lang="en">/ {{ mart.label_en }}</span></p>
<p>{{ mart.description_nl }}<br><span lang="en">{{ mart.description }}</span></p>
<p>Sleutel <span lang="en">/ key</span>:
{% for name in mart.key %}<code>{{ name }}</code>{{ ", " if not loop.last }}{% endfor %}</p>
<table>
<thead><tr><th scope="col">Kolom <span lang="en">/ column</span></th><th scope="col">Label</th>\
<th scope="col">Type</th><th scope="col">Betekenis <span lang="en">/ meaning</span></th></tr></thead>
<tbody>
{% for column in mart.columns %}
<tr>
<th scope="row"><code>{{ column.name }}</code></th>
<td>{{ column.label_nl }} <span lang="en">/ {{ column.label_en }}</span></td>
<td>{{ column.data_type }}</td><td>{{ column.description_nl }}<br>\
<span lang="en">{{ column.description }}</span>{% if column.codes %}<br>Codelijst <span lang="en">/ code list</span>: \
<a href="#dim_code"><code>{{ column.codes }}</code></a>{% endif %}</td>
</tr>
{% endfor %}
</tbody>
</table>
</section>
{% endfor %}
</main>
</div>
</body>
</html>
""")


def write(folder: Path, edition: Edition, marts: Sequence[Mart]) -> None:
    """Write both forms into ``folder``."""
    marts = contents.by_audience(marts)
    groups = [
        (heading, [mart for mart in marts if mart.is_for_audit is for_audit])
        for heading, for_audit in (("Tabellen", False), ("Om na te rekenen en te controleren", True))
    ]
    title = publication.value("title", "nl")
    page = _PAGE.render(release=edition.release_id, title=title, marts=marts, groups=groups)
    (folder / PAGE).write_text(page + "\n", encoding="utf-8")
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            [
                *("mart", "column", "position", "type", "is_key", "label_nl", "label_en", "meaning_nl", "meaning"),
                *("code_list", "mart_label_nl", "mart_meaning_nl", "mart_meaning", "audience"),
            ]
        )
        for mart in marts:
            for position, column in enumerate(mart.columns, start=1):
                is_key = "true" if column.name in mart.key else "false"
                labels = (column.label_nl, column.label_en)
                row = [mart.name, column.name, position, column.data_type, is_key, *labels]
                row += [column.description_nl, column.description, column.codes or ""]
                audience = "audit" if mart.is_for_audit else "all"
                writer.writerow([*row, mart.label_nl, mart.description_nl, mart.description, audience])
