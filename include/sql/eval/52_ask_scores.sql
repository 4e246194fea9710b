-- No score at all must not become an equal split (N8).
SELECT
    b.run_id,
    'EVA-V030' AS check_id,
    'validity' AS class,
    '参加分配的各银行总得分合计为 0，无法按得分分配' AS message,
    '请核对各指标数据，或由县政府另行决定；系统不作平均分配' AS advice
FROM batch AS b
LEFT JOIN eval.score AS s ON b.run_id = s.run_id
LEFT JOIN eval.participant AS p ON s.run_id = p.run_id AND s.institution = p.institution AND p.role = 'commercial'
GROUP BY b.run_id
HAVING coalesce(sum(s.score) FILTER (WHERE p.role = 'commercial'), 0) <= 0
ORDER BY b.run_id
