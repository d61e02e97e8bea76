-- One row per record row that gate 1 sets apart as it stands, while the rest of its submission is accepted.
{{ set_apart_by(['int_submission_finding']) }}
