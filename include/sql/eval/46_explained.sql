-- Points between their bounds, stretched and rounded half-up; with one sentence that says how they came about, and what
-- is remarkable about them.
CREATE TEMPORARY VIEW explained AS
SELECT
    k.run_id,
    k.institution,
    k.indicator,
    k.rulebook_id,
    k.ordinal,
    k.effect,
    k.counts,
    CASE
        WHEN k.flat OR k.shut OR k.too_little THEN 0
        ELSE
            round(
                round(least(greatest(coalesce(k.raw, 0), k.least_points), k.most_points) * coalesce(k.factor, 1), 30),
                coalesce(k.decimals, 30)
            )
    END AS points,
    CASE k.ties WHEN 'worse' THEN k.last_rank ELSE k.first_rank END AS rank,
    k.against AS reference,
    k.gate_reference AS gate,
    concat_ws(
        '；',
        nullif(k.value_flag, ''),
        CASE WHEN k.flat THEN '无区分度' END,
        CASE WHEN k.value < 0 AND NOT k.keeps_sign THEN '负值按 0 计' END,
        nullif(k.stretch_flag, '')
    ) AS flag,
    concat_ws(
        '；',
        CASE k.method
            WHEN 'share_of_total' THEN '占合计的 ' || eval.shown(eval.ratio(k.x, k.against), TRUE)
            WHEN 'share_of_best' THEN '为' || k.reference_name || '的 ' || eval.shown(eval.ratio(k.x, k.against), TRUE)
            WHEN 'inverse_of_best'
                THEN CASE WHEN k.x <= 0 THEN '本行为 0' ELSE '最低为本行的 ' || eval.shown(eval.ratio(k.against, k.x), TRUE) END
            WHEN 'frontier'
                THEN CASE
                    WHEN k.all_equal THEN '各行相同，得满分'
                    ELSE '在最低与最高之间的 ' || eval.shown(eval.ratio(k.x - k.lowest, k.highest - k.lowest), TRUE)
                END
            WHEN 'rank_step'
                THEN
                    '第 ' || CASE k.ties WHEN 'worse' THEN k.last_rank ELSE k.first_rank END || ' 名'
                    || CASE
                        WHEN k.first_rank = k.last_rank THEN ''
                        WHEN k.ties = 'mean' THEN '（并列至第 ' || k.last_rank || ' 名，取平均）'
                        ELSE '（并列）'
                    END
                    || '，每位 −'
                    || CASE WHEN k.step IS NULL THEN trim_scale(k.step_percent) || '%' ELSE trim_scale(k.step) || ' 分' END
            WHEN 'rank_bands'
                THEN
                    '第 ' || CASE k.ties WHEN 'worse' THEN k.last_rank ELSE k.first_rank END || ' 名'
                    || coalesce('，落在第 ' || k.label || '名档', '，不在各档之内，按其余计')
            WHEN 'bands' THEN coalesce('落在 ' || k.label || '档', '不在各档之内，按其余计')
            WHEN 'mean_cap'
                THEN CASE
                    WHEN k.x >= k.against THEN '达到' || k.reference_name
                    ELSE '为' || k.reference_name || '的 ' || eval.shown(eval.ratio(k.x, k.against), TRUE)
                END
            WHEN 'area_relative'
                THEN CASE
                    WHEN round(k.gap, 2) = 0 THEN '与' || k.reference_name || '持平'
                    ELSE
                        CASE WHEN k.gap > 0 THEN '高于' ELSE '低于' END || k.reference_name
                        || ' ' || trim_scale(round(abs(k.gap), 2)) || ' 个百分点'
                END
            WHEN 'target_completion'
                THEN
                    '完成' || k.reference_name || '的 ' || eval.shown(k.completion, TRUE)
                    || CASE WHEN k.too_little THEN '，低于 ' || eval.shown(k.threshold, TRUE) || '，不得分' ELSE '' END
            WHEN 'points_per_unit'
                THEN '共 ' || trim_scale(round(k.steps, 4)) || ' 个 ' || eval.shown(k.unit, k.ratio_like) || '，每个 '
                || trim_scale(k.unit_points) || ' 分'
            WHEN 'pass_fail'
                THEN
                    CASE WHEN k.passed THEN '达到 ' ELSE '未达到 ' END || k.operator || ' '
                    || CASE WHEN k.kind = 'value' THEN '' ELSE k.reference_name || ' ' END
                    || eval.shown(k.against, k.ratio_like)
            WHEN 'rate' THEN '比率 ' || eval.shown(k.x, TRUE)
            WHEN 'score' THEN '评分 ' || trim_scale(round(k.x, 4)) || '，满分 ' || trim_scale(k.out_of)
        END,
        CASE
            WHEN k.shut THEN '须 ' || k.gate_operator || ' ' || eval.shown(k.gate_reference, k.ratio_like) || '，不得分'
            WHEN k.flat OR k.too_little OR coalesce(k.least_points, k.most_points) IS NULL THEN NULL
            WHEN k.raw > k.most_points THEN '以 ' || trim_scale(k.most_points) || ' 分为限'
            WHEN k.raw < k.least_points THEN '减至 ' || trim_scale(k.least_points) || ' 分为止'
        END
    ) AS basis
FROM reckoned AS k;
