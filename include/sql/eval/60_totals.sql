-- What each bank held at the base date, what of it may not move (S02), and what it holds now that transfers since then
-- are executed (S12), in all and without what only waits in a pool account to be placed (S05); and the controlled total
-- T, which is that of the base date (S04): the stock, the stock less a payment reserve, or a decreed amount. A rule book
-- that only measures has no amounts.
-- A batch of all counties sorts and hashes in memory, not on disk; a plan of it runs once, so that compiling it or
-- sampling more than its joins need costs more than it saves.
SET LOCAL work_mem = '64MB';
SET LOCAL jit = off;
SET LOCAL default_statistics_target = 10;

CREATE TEMPORARY TABLE stock ON COMMIT DROP AS
SELECT
    CAST(row_number() OVER (ORDER BY p.run_id, p.institution) AS integer) AS bank,
    p.run_id,
    p.institution,
    p.name,
    p.role,
    p.reason,
    p.carve_out_amount,
    r.as_of,
    r.rulebook_id,
    c.score,
    c.rank,
    coalesce(h.stock, 0) AS stock,
    coalesce(h.held, 0) AS held,
    coalesce(h.own, 0) AS own,
    coalesce(h.rigid, 0) AS rigid
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.scheme <> 'index'
INNER JOIN eval.participant AS p ON b.run_id = p.run_id
LEFT JOIN eval.score AS c ON p.run_id = c.run_id AND p.institution = c.institution
LEFT JOIN (
    SELECT
        x.run_id,
        x.institution,
        sum(x.balance) AS stock,
        sum(x.balance + x.moved) AS held,
        sum(x.balance + x.moved) FILTER (WHERE NOT x.pooled) AS own,
        sum(x.balance) FILTER (WHERE NOT x.adjustable) AS rigid
    FROM batch AS m
    INNER JOIN eval.holding AS x ON m.run_id = x.run_id
    GROUP BY x.run_id, x.institution
) AS h ON p.run_id = h.run_id AND p.institution = h.institution;

ANALYZE stock (bank, run_id, institution, rulebook_id, role);

CREATE TEMPORARY TABLE controlled ON COMMIT DROP AS
SELECT
    t.run_id,
    k.rulebook_id,
    t.stock,
    t.rigid,
    v.reserve,
    CASE k.quota_mode WHEN 'fixed' THEN d.amount ELSE t.stock - v.reserve END AS total,
    CASE k.quota_mode
        WHEN 'fixed' THEN '决定 ' || d.decision
        WHEN 'stock' THEN to_char(t.as_of, 'YYYY-MM-DD') || ' 范围内存量合计'
        ELSE format(
            '%s 范围内存量合计 %s 元，减支付准备 %s 元（%s）',
            to_char(t.as_of, 'YYYY-MM-DD'),
            t.stock,
            v.reserve,
            concat_ws('，', '存量的 ' || trim_scale(k.reserve_share * 100) || '%', o.clause)
        )
    END AS derivation
FROM (
    SELECT
        s.run_id,
        s.rulebook_id,
        s.as_of,
        sum(s.stock) AS stock,
        sum(s.rigid) AS rigid
    FROM stock AS s
    GROUP BY s.run_id, s.rulebook_id, s.as_of
) AS t
INNER JOIN eval.rulebook AS k ON t.rulebook_id = k.rulebook_id
CROSS JOIN
    LATERAL (
        SELECT coalesce(k.reserve_amount, round(floor(k.reserve_share * t.stock * 100) / 100, 2), 0) AS reserve
    ) AS v
LEFT JOIN eval.parameter AS o
    ON
        k.rulebook_id = o.rulebook_id
        AND o.path = CASE WHEN k.reserve_amount IS NULL THEN 'allocation.reserve_share' ELSE 'allocation.reserve_amount' END
LEFT JOIN LATERAL (
    SELECT
        e.amount,
        e.decision
    FROM eval.run_decision AS e
    WHERE
        e.run_id = t.run_id AND e.kind = 'quota' AND k.quota_mode = 'fixed'
        AND t.as_of BETWEEN e.valid_from AND coalesce(e.valid_to, 'infinity')
    ORDER BY e.decided_on DESC, e.submission_id DESC, e.record_no DESC
    LIMIT 1
) AS d ON TRUE;

ANALYZE controlled (run_id, rulebook_id);
