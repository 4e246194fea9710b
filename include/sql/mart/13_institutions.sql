-- A row for each time what is known of an institution changes, from the registers that stand (S32). The first row
-- holds from the beginning, so that figures older than the first register find their bank. A bank that a run, a
-- transfer or a warning names without any register still gets a row: joins must not drop it.
WITH register AS (
    SELECT DISTINCT ON (i.institution, s.period)
        i.institution,
        make_date(CAST(left(s.period, 4) AS integer), CAST(right(s.period, 1) AS integer) * 3 - 2, 1) AS starts_on,
        i.name,
        coalesce(i.short_name, i.name) AS short_name,
        i.type,
        coalesce(i.legal_person, '') AS legal_person,
        i.opened_on,
        i.closed_on,
        coalesce(i.successor, '') AS successor,
        coalesce(i.sort_no, 9000) AS sort_no,
        CAST(row(
            i.name, i.short_name, i.type, i.legal_person, i.opened_on, i.closed_on, i.successor, i.sort_no
        ) AS text) AS fingerprint
    FROM raw.standing_submission AS s
    INNER JOIN core.institution AS i ON s.submission_id = i.submission_id
    WHERE s.region = %(region)s
    ORDER BY i.institution, s.period, s.submission_id DESC
),

told AS (
    SELECT
        r.*,
        row_number() OVER history = 1 AS is_first,
        lag(r.fingerprint) OVER history AS fingerprint_before
    FROM register AS r
    WINDOW history AS (PARTITION BY r.institution ORDER BY r.starts_on)
),

unregistered AS (
    SELECT DISTINCT ON (u.institution) u.*
    FROM (
        SELECT
            p.institution,
            p.name,
            p.short_name,
            p.type,
            p.sort_no,
            p.run_id AS precedence
        FROM eval.participant AS p
        WHERE p.run_id = %(run_id)s
        UNION ALL
        SELECT
            w.institution,
            w.institution AS name,
            w.institution AS short_name,
            '未知' AS type,
            9000 AS sort_no,
            0 AS precedence
        FROM ops.warning AS w
        WHERE w.region = %(region)s
        UNION ALL
        SELECT
            e.institution,
            e.institution AS name,
            e.institution AS short_name,
            '未知' AS type,
            9000 AS sort_no,
            0 AS precedence
        FROM ops.leg_state AS l
        CROSS JOIN LATERAL (VALUES (l.from_institution), (l.to_institution)) AS e (institution)
        WHERE l.region = %(region)s AND e.institution IS NOT NULL
    ) AS u
    WHERE
        NOT EXISTS (
            SELECT FROM register AS r
            WHERE r.institution = u.institution
        )
        AND NOT EXISTS (
            SELECT FROM mart.dim_institution AS d
            WHERE d.region_code = %(region)s AND d.institution_code = u.institution
        )
    ORDER BY u.institution, u.precedence DESC
)

INSERT INTO mart.dim_institution (
    region_code, institution_code, valid_from, valid_to, is_latest, institution_name, short_name, institution_type,
    legal_person, opened_on, closed_on, successor_code, sort_no
)
SELECT
    %(region)s,
    t.institution,
    CASE WHEN t.is_first THEN CAST('1900-01-01' AS date) ELSE t.starts_on END,
    CAST('9999-12-31' AS date),
    TRUE,
    t.name,
    t.short_name,
    t.type,
    t.legal_person,
    t.opened_on,
    t.closed_on,
    t.successor,
    t.sort_no
FROM told AS t
WHERE
    t.fingerprint IS DISTINCT FROM t.fingerprint_before
    OR EXISTS (
        SELECT FROM mart.dim_institution AS d
        WHERE d.region_code = %(region)s AND d.institution_code = t.institution AND d.valid_from = t.starts_on
    )
UNION ALL
SELECT
    %(region)s,
    u.institution,
    CAST('1900-01-01' AS date),
    CAST('9999-12-31' AS date),
    TRUE,
    u.name,
    u.short_name,
    u.type,
    '',
    NULL,
    NULL,
    '',
    u.sort_no
FROM unregistered AS u
ON CONFLICT (region_code, institution_code, valid_from) DO UPDATE SET
    institution_name = excluded.institution_name,
    short_name = excluded.short_name,
    institution_type = excluded.institution_type,
    legal_person = excluded.legal_person,
    opened_on = excluded.opened_on,
    closed_on = excluded.closed_on,
    successor_code = excluded.successor_code,
    sort_no = excluded.sort_no
WHERE (
    mart.dim_institution.institution_name, mart.dim_institution.short_name, mart.dim_institution.institution_type,
    mart.dim_institution.legal_person, mart.dim_institution.opened_on, mart.dim_institution.closed_on,
    mart.dim_institution.successor_code, mart.dim_institution.sort_no
) IS DISTINCT FROM (
    excluded.institution_name, excluded.short_name, excluded.institution_type,
    excluded.legal_person, excluded.opened_on, excluded.closed_on,
    excluded.successor_code, excluded.sort_no
)
