-- One row per letter or digit that short keys begin with: the page of a key follows from the key alone.
select unnest(split('0123456789abcdefghjkmnpqrstvwxyz', '')) as letter
order by letter
