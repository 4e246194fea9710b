-- Pass 1: f, w and the bounds of each commercial bank, by the choices of its rule book (N9, S11, S19). f is the base, the
-- amount of the rank, the amounts added or taken off and the true-ups; w is what λ multiplies.
WITH deposits AS MATERIALIZED (
    SELECT
        d.run_id,
        d.institution,
        sum(d.value) AS amount
    FROM (
        SELECT DISTINCT ON (n.run_id, n.feed, o.institution)
            n.run_id,
            coalesce(g.heir, o.institution) AS institution,
            o.value
        FROM batch AS b
        INNER JOIN eval.run AS r ON b.run_id = r.run_id
        INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.deposits_cap IS NOT NULL
        INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND k.deposits_family = n.family AND NOT n.history
        INNER JOIN LATERAL (
            -- OFFSET 0 makes the planner look up this submission instead of reading all that were ever delivered.
            SELECT
                v.institution,
                v.value
            FROM core.observation AS v
            WHERE
                v.submission_id = n.submission_id AND v.measure = k.deposits_measure AND v.window_from IS NULL
                AND v.as_of = coalesce(n.as_of, r.as_of)
            OFFSET 0 -- noqa: AM09
        ) AS o ON TRUE
        LEFT JOIN eval.lineage AS g ON r.run_id = g.run_id AND o.institution = g.institution
        ORDER BY n.run_id, n.feed, o.institution, n.period DESC, n.submission_id DESC
    ) AS d
    GROUP BY d.run_id, d.institution
),

added AS MATERIALIZED (
    SELECT
        x.run_id,
        x.institution,
        sum(x.amount) AS amount
    FROM batch AS b
    INNER JOIN eval.run_extra AS x ON b.run_id = x.run_id
    GROUP BY x.run_id, x.institution
),

-- Once for each bank, as its cap is compared and named.
wanted AS MATERIALIZED (
    SELECT
        p.*,
        k.minimum_amount,
        -- Least of the caps first; the concentration cap is rounded up, so that equal caps can hold all of T.
        ceil(k.concentration_cap * q.total * 100) / 100 AS concentration,
        floor(k.deposits_cap * d.amount * 100) / 100 AS of_deposits,
        k.maximum_amount,
        d.amount AS deposits,
        coalesce(a.amount, 0) AS added,
        CASE k.allocation WHEN 'affine' THEN k.base_amount WHEN 'by_rank' THEN coalesce(m.amount, 0) ELSE 0 END AS base,
        CASE k.allocation
            WHEN 'affine' THEN CASE WHEN s.shown > over.score THEN s.points - over.score ELSE 0 END
            WHEN 'top' THEN CASE WHEN p.rank <= k.top THEN s.points ELSE 0 END
            WHEN 'by_rank' THEN CASE WHEN k.leftover = 'by_score' THEN s.points ELSE 0 END
            WHEN 'equal' THEN 1
            WHEN 'tiers'
                THEN (
                    SELECT v.points
                    FROM eval.band AS v
                    WHERE
                        v.rulebook_id = k.rulebook_id AND v.indicator = ''
                        AND (v.lower IS NULL OR s.shown > v.lower OR (v.lower_included AND s.shown = v.lower))
                        AND (v.upper IS NULL OR s.shown < v.upper OR (v.upper_included AND s.shown = v.upper))
                    ORDER BY v.band_no
                    LIMIT 1
                )
            ELSE s.points
        END AS weight
    FROM stock AS p
    INNER JOIN eval.quota AS q ON p.run_id = q.run_id
    INNER JOIN eval.rulebook AS k ON p.rulebook_id = k.rulebook_id
    -- Points are rounded to 30 decimals, so a score may miss an edge in the last of them.
    CROSS JOIN
        LATERAL (
            SELECT
                CASE WHEN round(p.score, 20) > 0 THEN p.score ELSE 0 END AS points,
                round(coalesce(p.score, 0), 20) AS shown
        ) AS s
    CROSS JOIN LATERAL (SELECT coalesce(k.base_score, 0) AS score) AS over
    LEFT JOIN eval.rank_amount AS m ON k.rulebook_id = m.rulebook_id AND p.rank = m.rank AND k.allocation = 'by_rank'
    LEFT JOIN deposits AS d ON p.run_id = d.run_id AND p.institution = d.institution
    LEFT JOIN added AS a ON p.run_id = a.run_id AND p.institution = a.institution
    WHERE p.role = 'commercial'
)

INSERT INTO bound (run_id, pass_no, institution, stated, weight, rigid, minimum, cap, cap_name, deposits)
SELECT
    w.run_id,
    1,
    w.institution,
    round(w.base + w.added, 2),
    w.weight,
    w.rigid,
    CASE WHEN w.base > 0 OR w.weight > 0 THEN w.minimum_amount END,
    least(w.concentration, w.of_deposits, w.maximum_amount),
    CASE least(w.concentration, w.of_deposits, w.maximum_amount)
        WHEN w.concentration THEN 'cap' WHEN w.of_deposits THEN 'deposits_cap' WHEN w.maximum_amount THEN 'maximum'
    END,
    w.deposits
FROM wanted AS w;

INSERT INTO pot (run_id, pass_no, amount)
SELECT
    b.run_id,
    1,
    q.distributable
FROM batch AS b
INNER JOIN eval.quota AS q ON b.run_id = q.run_id;

ANALYZE bound (run_id, pass_no, institution);

ANALYZE pot (run_id, pass_no);
