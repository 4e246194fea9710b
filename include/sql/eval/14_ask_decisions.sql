-- Notices about decisions that begin or cease to hold: a ban that ends before the run after the next base date could
-- say so 30 days ahead (S22), an override that was in use and has expired (S15), a group whose first is kept out.
SELECT
    p.run_id,
    'EVA-M007' AS check_id,
    'macro' AS class,
    format('%s 的取消资格将于 %s 届满，届满当日起恢复资格', p.name, upper(d.during)) AS message,
    '请在届满前 30 日做好准备；另有违规的，请报送新的决定' AS advice
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.disqualification AS d ON r.run_id = d.run_id AND d.during @> r.as_of
INNER JOIN eval.participant AS p ON d.run_id = p.run_id AND d.institution = p.institution
WHERE upper(d.during) - 30 <= date_trunc('quarter', r.as_of) + interval '6 months - 1 day'
UNION ALL
SELECT
    r.run_id,
    'EVA-M008',
    'macro',
    format(
        '%s 的决定 %s（%s）已于 %s 失效，不再适用', coalesce(c.name, d.account), d.decision,
        CASE d.kind WHEN 'carve_out' THEN '一事一议' WHEN 'exclude' THEN '不参加' ELSE '账户可调整' END, d.valid_to
    ),
    '需要继续执行的，请领导小组作出新的决定；否则请确认按办法的一般规定执行'
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN ruling AS d ON r.run_id = d.run_id AND d.kind IN ('carve_out', 'exclude', 'adjustable')
LEFT JOIN candidate AS c ON d.run_id = c.run_id AND d.institution = c.institution
WHERE
    -- In use at the base date before this one, and not any more.
    date_trunc('quarter', r.as_of) - interval '1 day' BETWEEN d.valid_from AND d.valid_to
    AND d.valid_to < r.as_of
    AND (c.institution IS NOT NULL OR d.account IS NOT NULL)
    AND NOT EXISTS (
        SELECT 1 FROM ruling AS n
        WHERE
            n.run_id = d.run_id AND n.kind = d.kind AND n.in_force
            AND n.institution IS NOT DISTINCT FROM d.institution AND n.account IS NOT DISTINCT FROM d.account
    )
UNION ALL
-- The next of a group steps in for a first that is kept out; whether it may is for a person to say.
SELECT
    f.run_id,
    'EVA-M052',
    'macro',
    format('%s 同属 %s，首选的 %s 不参加（%s），由 %s 参加', s.name, f.corporate_group, f.name, p.reason, s.name),
    '请确认可以由同一集团的另一家参加；不可以的，请就该机构作出不参加的决定后报送'
FROM (
    SELECT DISTINCT ON (c.run_id, c.kind, c.corporate_group) c.*
    FROM candidate AS c
    INNER JOIN eval.rulebook AS k ON c.rules_id = k.rulebook_id AND k.one_per_group
    WHERE c.corporate_group IS NOT NULL
    ORDER BY c.run_id, c.kind, c.corporate_group, c.sort_no, c.institution
) AS f
INNER JOIN eval.participant AS p ON f.run_id = p.run_id AND f.institution = p.institution AND p.role = 'excluded'
INNER JOIN candidate AS s
    ON f.run_id = s.run_id AND f.kind = s.kind AND f.corporate_group = s.corporate_group
INNER JOIN eval.participant AS t ON s.run_id = t.run_id AND s.institution = t.institution AND s.kind = t.role
ORDER BY run_id, check_id, message
