-- A run of its own for each variant: its template's region, period and base date, its own rule book.
INSERT INTO eval.run OVERRIDING SYSTEM VALUE
SELECT p.*
FROM variant AS v
INNER JOIN eval.run AS r ON v.template_id = r.run_id
CROSS JOIN
    LATERAL jsonb_populate_record(
        r,
        jsonb_build_object('run_id', v.run_id, 'rulebook_id', v.rulebook_id, 'input_hash', format('what-if %s', v.run_id))
    ) AS p
