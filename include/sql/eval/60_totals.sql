-- Work tables of the amounts: what each bank holds and what of it may not move (S02), the controlled total T (S04), and
-- the bounds and solutions of target = clamp(f + λ·w, lower, upper) (N9), which is solved up to three times for a run:
-- pass 0 finds the policy bank's cap, pass 1 the targets, pass 2 the targets after a reduction (N13). A rule book that
-- only measures has no amounts.
CREATE TEMPORARY TABLE stock ON COMMIT DROP AS
SELECT
    p.run_id,
    p.institution,
    p.name,
    p.role,
    p.carve_out_amount,
    coalesce(h.held, 0) AS held,
    coalesce(h.rigid, 0) AS rigid
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.scheme <> 'index'
INNER JOIN eval.participant AS p ON b.run_id = p.run_id
LEFT JOIN (
    SELECT
        x.run_id,
        x.institution,
        sum(x.balance) AS held,
        sum(x.balance) FILTER (WHERE NOT x.adjustable) AS rigid
    FROM batch AS m
    INNER JOIN eval.holding AS x ON m.run_id = x.run_id
    GROUP BY x.run_id, x.institution
) AS h ON p.run_id = h.run_id AND p.institution = h.institution;

CREATE TEMPORARY TABLE controlled ON COMMIT DROP AS
SELECT
    r.run_id,
    q.total,
    q.derivation
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.scheme <> 'index'
INNER JOIN LATERAL (
    SELECT
        sum(h.balance) AS total,
        to_char(r.as_of, 'YYYY-MM-DD') || ' 范围内存量合计' AS derivation
    FROM eval.holding AS h
    WHERE h.run_id = r.run_id AND k.quota_mode = 'stock'
    UNION ALL
    (
        SELECT
            d.amount,
            '决定 ' || d.decision
        FROM eval.run_decision AS d
        WHERE
            d.run_id = r.run_id AND d.kind = 'quota' AND k.quota_mode = 'fixed'
            AND r.as_of BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
        ORDER BY d.decided_on DESC, d.submission_id DESC, d.record_no DESC
        LIMIT 1
    )
) AS q ON TRUE
WHERE q.total IS NOT NULL;

-- What a pass shares out.
CREATE TEMPORARY TABLE pot (
    run_id bigint NOT NULL,
    pass_no integer NOT NULL,
    amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (run_id, pass_no)
) ON COMMIT DROP;

-- f, w and the bounds of each bank. Stock that may not move outweighs a cap, a cap outweighs a minimum.
CREATE TEMPORARY TABLE bound (
    run_id bigint NOT NULL,
    pass_no integer NOT NULL,
    institution text NOT NULL,
    stated numeric(18, 2) NOT NULL,
    weight numeric,
    rigid numeric(18, 2) NOT NULL,
    minimum numeric(18, 2),
    cap numeric(18, 2),
    cap_name text,
    deposits numeric(18, 2),
    lower numeric(18, 2) GENERATED ALWAYS AS (
        CASE WHEN minimum IS NULL THEN rigid ELSE greatest(rigid, least(minimum, cap)) END
    ) STORED,
    upper numeric(18, 2) GENERATED ALWAYS AS (CASE WHEN cap IS NOT NULL THEN greatest(cap, rigid) END) STORED,
    PRIMARY KEY (run_id, pass_no, institution)
) ON COMMIT DROP;

-- Where clamp() leaves each bank: at its lower or upper bound, free with λ, or at a stated amount that λ does not move.
CREATE TEMPORARY TABLE solved (
    run_id bigint NOT NULL,
    pass_no integer NOT NULL,
    institution text NOT NULL,
    lambda numeric,
    side text NOT NULL,
    amount numeric NOT NULL,
    PRIMARY KEY (run_id, pass_no, institution)
) ON COMMIT DROP;

ANALYZE stock, controlled;
