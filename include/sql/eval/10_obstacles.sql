-- Why a bank does not take part, each reason with its row of evidence, in the order in which they are told: recall (S21),
-- ban (S22), decision (S15), age, first year, figures not delivered. A carve-out by decision goes before all but the
-- first three.
CREATE TEMPORARY TABLE obstacle ON COMMIT DROP AS
SELECT
    c.run_id,
    c.institution,
    0 AS place,
    x.reason,
    x.submission_id,
    x.record_no
FROM eval.run_recall AS x
INNER JOIN batch AS b ON x.run_id = b.run_id
LEFT JOIN eval.lineage AS g ON x.run_id = g.run_id AND x.institution = g.institution
INNER JOIN candidate AS c ON x.run_id = c.run_id AND coalesce(g.heir, x.institution) = c.institution
UNION ALL
SELECT
    c.run_id,
    c.institution,
    1 AS place,
    concat_ws(
        ' ', '取消资格至', upper(d.whole), string_agg(nullif(d.decision, ''), '、' ORDER BY d.decided_on, d.event),
        '承继自' || string_agg(DISTINCT nullif(d.predecessor, ''), '、')
    ) AS reason,
    (array_agg(d.submission_id ORDER BY d.decided_on DESC, d.submission_id DESC, d.record_no DESC))[1] AS submission_id,
    (array_agg(d.record_no ORDER BY d.decided_on DESC, d.submission_id DESC, d.record_no DESC))[1] AS record_no
FROM candidate AS c
INNER JOIN eval.disqualification_decision AS d
    ON c.run_id = d.run_id AND c.institution = d.institution AND d.whole @> c.as_of
GROUP BY c.run_id, c.institution, d.whole
UNION ALL
SELECT
    x.run_id,
    x.institution,
    2,
    x.reason,
    x.submission_id,
    x.record_no
FROM (
    SELECT DISTINCT ON (c.run_id, c.institution)
        c.run_id,
        c.institution,
        concat_ws(' ', '决定不参加', d.decision, d.reason) AS reason,
        d.submission_id,
        d.record_no
    FROM candidate AS c
    INNER JOIN ruling AS d
        ON c.run_id = d.run_id AND c.institution = d.institution AND d.kind = 'exclude' AND d.in_force
    ORDER BY c.run_id, c.institution, d.decided_on DESC, d.submission_id DESC, d.record_no DESC
) AS x
UNION ALL
SELECT
    c.run_id,
    c.institution,
    3,
    format('于 %s 开业，至 %s 未满 %s 个月（%s）', c.opened_on, c.as_of, k.minimum_months, m.clause),
    c.submission_id,
    c.record_no
FROM candidate AS c
INNER JOIN eval.rulebook AS k ON c.rules_id = k.rulebook_id
LEFT JOIN eval.parameter AS m ON k.rulebook_id = m.rulebook_id AND m.path = 'participation.minimum_months'
WHERE c.opened_on > '-infinity' AND c.opened_on + make_interval(months => k.minimum_months) > c.as_of
UNION ALL
SELECT
    c.run_id,
    c.institution,
    4,
    format('于 %s 开业，属当年新设，首年不参加（%s）', c.opened_on, m.clause),
    c.submission_id,
    c.record_no
FROM candidate AS c
INNER JOIN eval.rulebook AS k ON c.rules_id = k.rulebook_id AND k.first_year = 'exclude'
LEFT JOIN eval.parameter AS m ON k.rulebook_id = m.rulebook_id AND m.path = 'participation.first_year'
WHERE c.opened_on >= c.year_start;
