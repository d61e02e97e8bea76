"""The data dictionary: what every mart and column means, for people (HTML) and for machines (CSV)."""

import csv
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment

from flows.forms import publication
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
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top; }
th[scope=row] { font-weight: normal; }
code { font-size: .95em; }
</style>
</head>
<body>
<h1>Gegevenswoordenboek <span lang="en">/ data dictionary</span></h1>
<p>{{ title }}, uitgave <span lang="en">/ release</span> {{ release }}.</p>
<nav><table>
<thead><tr><th scope="col">Tabel <span lang="en">/ table</span></th>\
<th scope="col">Wat een rij is <span lang="en">/ what a row is</span></th></tr></thead>
<tbody>
{% for mart in marts %}
<tr><th scope="row"><a href="#{{ mart.name }}"><code>{{ mart.name }}</code></a></th>\
<td lang="en">{{ mart.description.partition(". ")[0].rstrip(".") }}</td></tr>
{% endfor %}
</tbody>
</table></nav>
<main lang="en">
{% for mart in marts %}
<section id="{{ mart.name }}">
<h2><code>{{ mart.name }}</code></h2>
<p>{{ mart.description }}</p>
<p>Key: {% for name in mart.key %}<code>{{ name }}</code>{{ ", " if not loop.last }}{% endfor %}</p>
<table>
<thead><tr><th scope="col">Column</th><th scope="col">Label</th><th scope="col">Type</th>\
<th scope="col">Meaning</th></tr></thead>
<tbody>
{% for column in mart.columns %}
<tr>
<th scope="row"><code>{{ column.name }}</code></th>
<td><span lang="nl">{{ column.label_nl }}</span> / {{ column.label_en }}</td>
<td>{{ column.data_type }}</td><td>{{ column.description }}</td>
</tr>
{% endfor %}
</tbody>
</table>
</section>
{% endfor %}
</main>
</body>
</html>
""")


def write(folder: Path, edition: Edition, marts: Sequence[Mart]) -> None:
    """Write both forms into ``folder``."""
    page = _PAGE.render(release=edition.release_id, title=publication.value("title", "nl"), marts=marts)
    (folder / PAGE).write_text(page + "\n", encoding="utf-8")
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["mart", "column", "position", "type", "is_key", "label_nl", "label_en", "meaning", "mart_meaning"]
        )
        for mart in marts:
            for position, column in enumerate(mart.columns, start=1):
                is_key = "true" if column.name in mart.key else "false"
                labels = (column.label_nl, column.label_en)
                row = [mart.name, column.name, position, column.data_type, is_key, *labels]
                writer.writerow([*row, column.description, mart.description])
