-- What an earlier quarter still owes a bank that no longer shares by score.
SELECT
    u.run_id,
    'COR-M001' AS check_id,
    'macro' AS class,
    format(
        '更正 %s 的补差（%s）没有计入：%s %s 元，本期不参加按得分分配，结转下季', u.period, u.order_no,
        coalesce(p.name, u.institution), to_char(u.amount, 'FM999,999,999,990.00')
    ) AS message,
    '恢复按得分分配后计入，请写明原因；不再恢复的，请由县政府决定如何了结' AS advice
FROM batch AS b
INNER JOIN eval.run_true_up AS u ON b.run_id = u.run_id AND NOT u.counted
LEFT JOIN eval.participant AS p ON u.run_id = p.run_id AND u.institution = p.institution
ORDER BY run_id, check_id, message
