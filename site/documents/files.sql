-- One row per document that stands in the release.
select parse_filename(file) as name, split_part(parse_filename(file), '.', 1) as stem, parse_filename(file) like '%.en.%' as is_english
from glob('reports/*')
where parse_filename(file) not in ('documents.json', 'keys.csv')
order by name
