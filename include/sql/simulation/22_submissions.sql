-- A copy of each submission in which a figure is changed; as a later version of it, under a digest of its own.
INSERT INTO raw.submission OVERRIDING SYSTEM VALUE
SELECT p.*
FROM replaced AS x
INNER JOIN raw.submission AS s ON x.original_id = s.submission_id
CROSS JOIN
    LATERAL jsonb_populate_record(
        s,
        jsonb_build_object(
            'submission_id', x.copy_id,
            'sequence', 1000000000 + mod(x.copy_id / 1000000000, 1000) * 1000000 + mod(x.copy_id, 1000000),
            'sha256', encode(sha256(convert_to(format('what-if %s', x.copy_id), 'UTF8')), 'hex')
        )
    ) AS p
