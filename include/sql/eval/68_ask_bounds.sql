-- The allocation must have a solution (N9): what stands fixed within T', room enough for all of it; else the names and
-- the gap, by cause. Asked of every pot that is not solved yet; names are put together only where there is no solution.
WITH turn AS (
    SELECT
        b.*,
        p.amount AS pot,
        s.name,
        k.allocation,
        k.leftover,
        least(greatest(b.stated, b.lower), b.upper) AS least_amount,
        CASE WHEN b.weight > 0 THEN b.upper ELSE least(greatest(b.stated, b.lower), b.upper) END AS most_amount
    FROM pot AS p
    INNER JOIN bound AS b ON p.run_id = b.run_id AND p.pass_no = b.pass_no
    INNER JOIN stock AS s ON b.run_id = s.run_id AND b.institution = s.institution
    INNER JOIN eval.rulebook AS k ON s.rulebook_id = k.rulebook_id
    WHERE
        NOT EXISTS (
            SELECT 1 FROM solution AS d
            WHERE d.run_id = p.run_id AND d.pass_no = p.pass_no
        )
),

short AS (
    SELECT
        t.run_id,
        t.pot,
        t.allocation,
        t.leftover,
        sum(t.rigid) AS rigid,
        sum(t.lower) AS lower,
        sum(t.least_amount) AS least_amount,
        CASE WHEN count(*) = count(t.most_amount) THEN sum(t.most_amount) END AS most_amount
    FROM turn AS t
    GROUP BY t.run_id, t.pot, t.allocation, t.leftover
    HAVING sum(t.least_amount) > t.pot OR (count(*) = count(t.most_amount) AND sum(t.most_amount) < t.pot)
),

summed AS (
    SELECT *
    FROM short AS h
    CROSS JOIN LATERAL (
        SELECT
            string_agg(t.name || ' ' || t.rigid, '、' ORDER BY t.rigid DESC, t.name) FILTER (WHERE t.rigid > 0) AS rigid_of,
            string_agg(t.name || ' ' || t.lower, '、' ORDER BY t.lower DESC, t.name) FILTER (WHERE t.lower > 0) AS lower_of,
            string_agg(t.name || ' ' || t.least_amount, '、' ORDER BY t.least_amount DESC, t.name)
            FILTER (WHERE t.least_amount > 0) AS least_of,
            string_agg(
                format('%s %s（%s）', t.name, t.most_amount, CASE
                    WHEN t.weight = 0 AND t.stated > 0 AND t.allocation = 'by_rank' THEN '名次定额'
                    WHEN t.weight = 0 AND t.stated > 0 THEN '规定额度'
                    WHEN t.weight = 0 THEN '不参加按得分分配'
                    WHEN t.rigid > t.cap THEN '不调整存量'
                    WHEN t.cap_name = 'cap' THEN '集中度上限'
                    WHEN t.cap_name = 'deposits_cap' THEN '自身存款比例上限'
                    WHEN t.cap_name = 'maximum' THEN '最高额度'
                    ELSE '四项均下降'
                END), '、' ORDER BY t.most_amount DESC, t.name
            ) AS most_of
        FROM turn AS t
        WHERE t.run_id = h.run_id
    ) AS n
)

SELECT
    s.run_id,
    'EVA-V041' AS check_id,
    'validity' AS class,
    format('不调整存量合计 %s 元超过可分配总量 %s 元，差 %s 元：%s', s.rigid, s.pot, s.rigid - s.pot, s.rigid_of) AS message,
    '请核对一事一议金额、额度决定与账户的可调整标志' AS advice
FROM summed AS s
WHERE s.rigid > s.pot
UNION ALL
SELECT
    s.run_id,
    'EVA-V047',
    'validity',
    format('最低额度（含不调整存量）合计 %s 元超过可分配总量 %s 元，差 %s 元：%s', s.lower, s.pot, s.lower - s.pot, s.lower_of),
    '请调低 allocation.minimum_amount，或由县政府另行决定'
FROM summed AS s
WHERE s.lower > s.pot AND s.rigid <= s.pot
UNION ALL
SELECT
    s.run_id,
    'EVA-V044',
    'validity',
    format(
        '按名次定额合计 %s 元超过可分配总量 %s 元，差 %s 元：%s', s.least_amount, s.pot, s.least_amount - s.pot, s.least_of
    ),
    '请核对考核办法各名次的定额，或由县政府另行决定'
FROM summed AS s
WHERE s.least_amount > s.pot AND s.lower <= s.pot AND s.allocation = 'by_rank'
UNION ALL
SELECT
    s.run_id,
    'EVA-V048',
    'validity',
    format('基数与加减额合计 %s 元超过可分配总量 %s 元，差 %s 元：%s', s.least_amount, s.pot, s.least_amount - s.pot, s.least_of),
    '请核对考核办法的基数与加减额，或由县政府另行决定'
FROM summed AS s
WHERE s.least_amount > s.pot AND s.lower <= s.pot AND s.allocation <> 'by_rank'
UNION ALL
SELECT
    s.run_id,
    'EVA-V044',
    'validity',
    format('按名次定额合计 %s 元，低于可分配总量 %s 元，余 %s 元没有规定如何分配', s.most_amount, s.pot, s.pot - s.most_amount),
    '请在考核办法的 allocation.leftover 写明余额的去向，或由县政府另行决定'
FROM summed AS s
WHERE s.most_amount < s.pot AND s.allocation = 'by_rank' AND s.leftover IS DISTINCT FROM 'by_score'
UNION ALL
SELECT
    s.run_id,
    'EVA-V042',
    'validity',
    format('各行最多可存 %s 元，低于可分配总量 %s 元，差 %s 元：%s', s.most_amount, s.pot, s.pot - s.most_amount, s.most_of),
    '请提高上限，或由县政府决定超出部分的存放'
FROM summed AS s
WHERE s.most_amount < s.pot AND (s.allocation <> 'by_rank' OR s.leftover = 'by_score')
ORDER BY run_id, check_id
