-- Work table of the four indicators (S16, N13) of each bank for the years that are judged, beside those of the year
-- before: last year, whose reduction holds this year, and at the end of a year that year too.
CREATE TEMPORARY TABLE compared_year ON COMMIT DROP AS
WITH judged AS (
    SELECT
        p.run_id,
        p.institution,
        r.as_of,
        k.four_falling_tax AS tax_measure,
        k.four_falling_rate,
        CAST(date_part('year', r.as_of) AS integer) AS this_year,
        y.year
    FROM batch AS b
    INNER JOIN eval.run AS r ON b.run_id = r.run_id
    INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.four_falling_tax IS NOT NULL
    INNER JOIN eval.participant AS p ON r.run_id = p.run_id AND p.role = 'commercial'
    CROSS JOIN
        LATERAL (
            VALUES (CAST(date_part('year', r.as_of) AS integer) - 1), (CAST(date_part('year', r.as_of) AS integer))
        ) AS y (year)
    WHERE y.year < date_part('year', r.as_of) OR date_part('month', r.as_of) = 12
),

-- A sum over a year counts where the year was delivered whole.
taxed AS (
    SELECT
        c.run_id,
        c.institution,
        c.measure,
        CAST(date_part('year', c.day) AS integer) AS year,
        sum(c.value) AS value
    FROM cumulated AS c
    INNER JOIN (
        SELECT
            f.run_id,
            f.family,
            f.measure,
            f.base,
            range_agg(daterange(f.window_from, f.window_to, '[]')) AS covered
        FROM (
            SELECT DISTINCT
                run_id,
                tax_measure
            FROM judged
        ) AS q
        INNER JOIN flow AS f ON q.run_id = f.run_id AND q.tax_measure = f.measure
        GROUP BY f.run_id, f.family, f.measure, f.base
    ) AS w ON c.run_id = w.run_id AND c.family = w.family AND c.measure = w.measure AND c.day = w.base
    WHERE
        c.day = make_date(CAST(date_part('year', c.day) AS integer), 12, 31)
        AND w.covered @> daterange(CAST(date_trunc('year', c.day) AS date), c.day, '[]')
    GROUP BY c.run_id, c.institution, c.measure, c.day
),

placed AS (
    SELECT
        o.run_id,
        o.institution,
        CAST(date_part('year', o.day) AS integer) AS year,
        sum(o.value) FILTER (WHERE o.measure = 'loans') AS loans,
        sum(o.value) FILTER (WHERE o.measure = 'deposits') AS deposits
    FROM (SELECT DISTINCT run_id FROM judged) AS q
    INNER JOIN observed AS o ON q.run_id = o.run_id
    WHERE
        o.family = 'pboc_credit' AND o.measure IN ('loans', 'deposits')
        AND o.day = make_date(CAST(date_part('year', o.day) AS integer), 12, 31)
    GROUP BY o.run_id, o.institution, o.day
),

compared AS (
    SELECT
        j.*,
        t.value AS tax,
        u.value AS tax_before,
        eval.ratio(s.loans, s.deposits) AS ratio,
        eval.ratio(x.loans, x.deposits) AS ratio_before,
        s.loans,
        x.loans AS loans_before,
        s.loans - x.loans AS new_loans,
        x.loans - z.loans AS new_loans_before
    FROM judged AS j
    LEFT JOIN taxed AS t
        ON (j.run_id, j.institution, j.tax_measure, j.year) = (t.run_id, t.institution, t.measure, t.year)
    LEFT JOIN taxed AS u
        ON (j.run_id, j.institution, j.tax_measure, j.year - 1) = (u.run_id, u.institution, u.measure, u.year)
    LEFT JOIN placed AS s ON (j.run_id, j.institution, j.year) = (s.run_id, s.institution, s.year)
    LEFT JOIN placed AS x ON (j.run_id, j.institution, j.year - 1) = (x.run_id, x.institution, x.year)
    LEFT JOIN placed AS z ON (j.run_id, j.institution, j.year - 2) = (z.run_id, z.institution, z.year)
)

SELECT
    c.*,
    CASE
        WHEN num_nulls(c.tax, c.tax_before, c.ratio, c.ratio_before, c.new_loans, c.new_loans_before) = 0
            THEN
                c.tax < c.tax_before AND c.ratio < c.ratio_before AND c.loans < c.loans_before
                AND c.new_loans < c.new_loans_before
    END AS falling
FROM compared AS c;
