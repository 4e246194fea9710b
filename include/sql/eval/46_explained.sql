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
    CASE
        WHEN k.value_flag = '' AND NOT k.flat AND k.stretch_flag IS NULL AND (k.value >= 0 OR k.keeps_sign) THEN ''
        ELSE
            concat_ws(
                '；',
                nullif(k.value_flag, ''),
                CASE WHEN k.flat THEN '无区分度' END,
                CASE WHEN k.value < 0 AND NOT k.keeps_sign THEN '负值按 0 计' END,
                k.stretch_flag
            )
    END AS flag,
    CASE k.method
        WHEN 'share_of_total' THEN '占合计的 ' || round(100 * k.x / nullif(k.against, 0), 2) || '%'
        WHEN 'share_of_best' THEN '为' || k.reference_name || '的 ' || round(100 * k.x / nullif(k.against, 0), 2) || '%'
        WHEN 'inverse_of_best'
            THEN CASE WHEN k.x <= 0 THEN '本行为 0' ELSE '最低为本行的 ' || round(100 * k.against / k.x, 2) || '%' END
        WHEN 'frontier'
            THEN CASE
                WHEN k.all_equal THEN '各行相同，得满分'
                ELSE '在最低与最高之间的 ' || round(100 * (k.x - k.lowest) / (k.highest - k.lowest), 2) || '%'
            END
        WHEN 'rank_step'
            THEN
                '第 ' || CASE k.ties WHEN 'worse' THEN k.last_rank ELSE k.first_rank END || ' 名'
                || CASE
                    WHEN k.first_rank = k.last_rank THEN ''
                    WHEN k.ties = 'mean' THEN '（并列至第 ' || k.last_rank || ' 名，取平均）'
                    ELSE '（并列）'
                END
                || k.wording
        WHEN 'rank_bands'
            THEN
                '第 ' || CASE k.ties WHEN 'worse' THEN k.last_rank ELSE k.first_rank END || ' 名'
                || CASE
                    WHEN k.ties = 'mean' AND k.first_rank < k.last_rank THEN '（并列至第 ' || k.last_rank || ' 名，取平均）'
                    ELSE coalesce('，落在第 ' || k.label || '名档', '，不在各档之内，按其余计')
                END
        WHEN 'bands' THEN coalesce('落在 ' || k.label || '档', '不在各档之内，按其余计')
        WHEN 'mean_cap'
            THEN CASE
                WHEN k.x >= k.against THEN '达到' || k.reference_name
                ELSE '为' || k.reference_name || '的 ' || round(100 * k.x / nullif(k.against, 0), 2) || '%'
            END
        WHEN 'area_relative'
            THEN CASE
                WHEN round(k.gap, 2) = 0 THEN '与' || k.reference_name || '持平'
                WHEN k.gap > 0 THEN '高于' || k.reference_name || ' ' || round(k.gap, 2) || ' 个百分点'
                ELSE '低于' || k.reference_name || ' ' || round(-k.gap, 2) || ' 个百分点'
            END
        WHEN 'target_completion'
            THEN
                '完成' || k.reference_name || '的 ' || round(100 * k.completion, 2) || '%'
                || CASE WHEN k.too_little THEN '，低于 ' || eval.shown(k.threshold, TRUE) || '，不得分' ELSE '' END
        WHEN 'points_per_unit' THEN '共 ' || round(k.steps, 2) || k.wording
        WHEN 'pass_fail'
            THEN
                CASE WHEN k.class = 'best' THEN '资金不增而贷款增加，视为' ELSE '' END
                || CASE WHEN k.passed THEN '达到 ' ELSE '未达到 ' END || eval.sign(k.operator) || ' '
                || CASE WHEN k.kind = 'value' THEN '' ELSE k.reference_name || ' ' END
                || eval.shown(k.against, k.ratio_like)
        WHEN 'rate' THEN '比率 ' || round(100 * k.x, 2) || '%'
        WHEN 'score' THEN '评分 ' || trim_scale(round(k.x, 4)) || k.wording
    END
    || CASE
        WHEN k.shut THEN '；须 ' || eval.sign(k.gate_operator) || ' ' || eval.shown(k.gate_reference, k.ratio_like) || '，不得分'
        WHEN k.least_points IS NULL AND k.most_points IS NULL THEN ''
        WHEN k.flat OR k.too_little THEN ''
        WHEN k.raw > k.most_points THEN '；以 ' || trim_scale(k.most_points) || ' 分为限'
        WHEN k.raw < k.least_points THEN '；减至 ' || trim_scale(k.least_points) || ' 分为止'
        ELSE ''
    END AS basis
FROM reckoned AS k;
