-- Ties that do not hold: two sources on the same account or bank, beyond the tolerance of the tie (N16).
WITH placed AS (
    SELECT
        f.*,
        s.file_name,
        k.sheet,
        k.cells ->> f.column_name AS cell,
        concat_ws(' › ', s.file_name, nullif(k.sheet, ''), nullif(k.cells ->> f.column_name, '')) AS place
    FROM figure AS f
    LEFT JOIN raw.submission AS s ON f.submission_id = s.submission_id
    LEFT JOIN raw.record AS k ON f.submission_id = k.submission_id AND f.record_no = k.record_no
),

bank AS (
    SELECT
        i.institution,
        coalesce(i.short_name, i.name) AS name
    FROM (
        SELECT s.submission_id
        FROM raw.standing_submission AS s
        WHERE s.region = %(region)s AND s.period <= %(period)s AND s.feed = 'institutions'
        ORDER BY s.period DESC
        LIMIT 1
    ) AS r
    INNER JOIN core.institution AS i ON r.submission_id = i.submission_id
),

tie AS (
    SELECT t.*
    FROM
        jsonb_to_recordset(CAST(%(ties)s AS jsonb))
            AS t (check_id text, left_name text, relation text, right_name text, tolerance numeric, relative numeric)
)

SELECT
    t.check_id,
    coalesce(i.name, x.institution) AS institution_name,
    x.subject,
    x.value AS left_value,
    y.value AS right_value,
    x.file_name,
    x.sheet,
    x.cell,
    x.column_name,
    x.place AS left_place,
    y.place AS right_place
FROM tie AS t
INNER JOIN placed AS x ON t.left_name = x.name
LEFT JOIN placed AS y ON t.right_name = y.name AND (x.institution, x.subject) = (y.institution, y.subject)
LEFT JOIN bank AS i ON x.institution = i.institution
WHERE
    CASE t.relation
        WHEN 'equal' THEN abs(x.value - y.value) > greatest(t.tolerance, t.relative * abs(y.value))
        WHEN 'at_most' THEN x.value - y.value > greatest(t.tolerance, t.relative * abs(y.value))
        -- Only where the other side speaks of this bank at all.
        WHEN 'listed'
            THEN
                y.name IS NULL AND x.value <> 0
                AND EXISTS (
                    SELECT 1 FROM figure AS o
                    WHERE o.name = t.right_name AND o.institution = x.institution
                )
    END
ORDER BY t.check_id, x.institution, x.subject
