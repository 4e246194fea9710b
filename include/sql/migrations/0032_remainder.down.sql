DROP VIEW eval.open_remainder;
DROP VIEW eval.run_extra;
DROP VIEW eval.run_true_up;
DROP TABLE eval.true_up_carried, eval.true_up_outcome;
DROP VIEW ops.standing_run;
-- A bank that was taken over hands its true-up on; one that takes no part in the sharing out gets none of it.
CREATE VIEW eval.run_true_up AS
SELECT
    t.run_id,
    t.order_no,
    t.period,
    t.institution AS corrected_institution,
    coalesce(g.heir, t.institution) AS institution,
    t.amount,
    coalesce(p.role = 'commercial', FALSE) AS counted
FROM eval.true_up AS t
LEFT JOIN eval.lineage AS g ON t.run_id = g.run_id AND t.institution = g.institution
LEFT JOIN eval.participant AS p ON t.run_id = p.run_id AND p.institution = coalesce(g.heir, t.institution);
COMMENT ON VIEW eval.run_true_up IS '各批次的补差归于哪家机构，是否计入（counted：参加按得分分配的才计入）';

CREATE VIEW eval.run_extra AS
SELECT
    s.run_id,
    s.institution,
    s.amount
FROM eval.supplement AS s
UNION ALL
SELECT
    t.run_id,
    t.institution,
    t.amount
FROM eval.run_true_up AS t
WHERE t.counted;
COMMENT ON VIEW eval.run_extra IS '各批次计入规定额的加减（元）：考核办法的加减额，与以前考核期更正的补差';
