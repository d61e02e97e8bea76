-- One row per record row that an error keeps out of the facts while the rest of its submission is accepted.
{{ set_apart_by(['int_submission_finding', 'int_candidate_finding']) }}
