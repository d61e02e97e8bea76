-- One row per code list and code, with the numbers of the meetmomenten of this plan at which it is valid.
{{ numbered_validity('select * from ' ~ ref('code')) }}
