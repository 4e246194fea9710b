-- Pass 0: what the policy banks that are judged apart may get (S18, S19). P is the mean of the n commercial targets, and
-- what the policy banks get comes out of the same T. With A set aside for others and a_j for policy bank j:
--     P = (T − A − Σ a_j) / n  and  a_j = clamp(P, lo_j, hi_j), so  n·P + Σ clamp(P, lo_j, hi_j) = T − A.
-- The left side grows with P: there is one P. It is the λ of the same form as everywhere, the commercial banks together
-- weighing n and each policy bank 1; with m banks inside their bounds P = (T − A) / (n + m). lo_j is project capital, or
-- stock that may not move: it stays when the tests fail and may exceed P, and then the others share what it leaves.
-- hi_j is none where the bank is brought to P, what it holds where it keeps that, and lo_j where the tests failed.
CREATE TEMPORARY TABLE policy_bank ON COMMIT DROP AS
SELECT
    p.run_id,
    p.institution,
    p.own AS held,
    p.rigid,
    coalesce(c.capital, 0) AS capital,
    k.policy_support = 'cap' AS brought,
    count(t.indicator) AS tests,
    coalesce(bool_and(t.passed), FALSE) AS passed,
    string_agg(t.name, '、' ORDER BY t.ordinal) AS tested,
    string_agg(t.name, '、' ORDER BY t.ordinal) FILTER (WHERE NOT t.passed) AS failed
FROM stock AS p
INNER JOIN eval.run AS r ON p.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id AND k.policy_banks = 'separate'
LEFT JOIN eval.policy_test AS t ON p.run_id = t.run_id AND p.institution = t.institution
LEFT JOIN (
    SELECT
        j.run_id,
        j.institution,
        sum(j.capital_amount) AS capital
    FROM (
        SELECT DISTINCT ON (n.run_id, x.project)
            n.run_id,
            coalesce(g.heir, x.institution) AS institution,
            x.capital_amount
        FROM batch AS b
        INNER JOIN eval.run_input AS n ON b.run_id = n.run_id AND n.feed = 'credit_projects' AND NOT n.history
        INNER JOIN core.credit_project AS x ON n.submission_id = x.submission_id
        LEFT JOIN eval.lineage AS g ON n.run_id = g.run_id AND x.institution = g.institution
        ORDER BY n.run_id, x.project, n.period DESC, n.submission_id DESC
    ) AS j
    GROUP BY j.run_id, j.institution
) AS c ON p.run_id = c.run_id AND p.institution = c.institution
WHERE p.role = 'policy'
GROUP BY p.run_id, p.institution, p.own, p.rigid, c.capital, k.policy_support;

INSERT INTO bound (run_id, pass_no, institution, stated, weight, rigid, cap)
SELECT
    p.run_id,
    0,
    p.institution,
    0,
    1,
    lo.amount,
    CASE WHEN NOT p.passed THEN lo.amount WHEN NOT coalesce(p.brought, FALSE) THEN greatest(p.held, lo.amount) END
FROM policy_bank AS p
INNER JOIN controlled AS t ON p.run_id = t.run_id AND t.total >= 0
CROSS JOIN LATERAL (SELECT greatest(p.capital, p.rigid) AS amount) AS lo
UNION ALL
SELECT
    s.run_id,
    0,
    '',
    0,
    count(*) FILTER (WHERE s.role = 'commercial'),
    0,
    NULL
FROM stock AS s
WHERE
    EXISTS (
        SELECT 1
        FROM policy_bank AS p
        INNER JOIN controlled AS t ON p.run_id = t.run_id AND t.total >= 0
        WHERE p.run_id = s.run_id
    )
GROUP BY s.run_id;

INSERT INTO pot (run_id, pass_no, amount)
SELECT
    t.run_id,
    0,
    t.total
    - sum(CASE s.role WHEN 'carved_out' THEN coalesce(s.carve_out_amount, 0) WHEN 'excluded' THEN s.rigid ELSE 0 END)
FROM controlled AS t
INNER JOIN stock AS s ON t.run_id = s.run_id
WHERE
    t.total >= 0
    AND EXISTS (
        SELECT 1 FROM policy_bank AS p
        WHERE p.run_id = t.run_id
    )
GROUP BY t.run_id, t.total;
