-- Where each finding that asks for a correction or a reason stands: of what stands, and of the evaluation itself.
-- noqa: disable=RF06
CREATE VIEW ops.finding_state AS
WITH asked AS (
    -- What is said of explanations themselves asks for none: that would never end. Nor does a suspended check, whose
    -- reason was given when it was suspended.
    SELECT
        l.*,
        regexp_replace(l.message, '\s', '', 'g') AS said
    FROM ops.last_finding AS l
    INNER JOIN raw.standing_submission AS s ON l.submission_id = s.submission_id
    WHERE l.class IN ('quality', 'macro') AND l.feed <> 'explanations' AND l.check_id <> 'SUS-Q001'
    UNION ALL
    SELECT
        f.*,
        '' AS feed,
        FALSE AS at_reading,
        regexp_replace(f.message, '\s', '', 'g') AS said
    FROM ops.finding AS f
    WHERE
        f.submission_id IS NULL AND f.class IN ('quality', 'macro') AND f.check_id <> 'SUS-Q001'
        AND EXISTS (
            SELECT 1 FROM eval.run_finding AS n
            WHERE n.finding_id = f.finding_id
        )
)

SELECT
    a.finding_id,
    a.region,
    a.period,
    a.feed,
    a.submission_id,
    a.check_id,
    a.class,
    a.institution,
    a.message,
    a.advice,
    a.file_name,
    a.sheet,
    a.cell,
    a.column_name,
    a.record_no,
    a.found_at,
    coalesce(e.says_this, c.entry IS NOT NULL) AS is_explained,
    coalesce(NOT e.says_this, FALSE) AS is_outdated,
    coalesce(e.reason, c.reason) AS reason,
    coalesce(e.explained_by, c.said_by) AS explained_by,
    coalesce(e.explained_on, c.said_on) AS explained_on,
    e.period AS explained_from,
    e.valid_until,
    e.attachment,
    e.submission_id AS explanation_id,
    c.entry AS correction
FROM asked AS a
LEFT JOIN LATERAL (
    SELECT
        g.*,
        g.finding = '' OR g.period < a.period OR position(a.said IN g.finding) > 0 AS says_this
    FROM core.explanation_given AS g
    WHERE
        (g.region, g.check_id, g.feed) = (a.region, a.check_id, a.feed)
        AND a.period BETWEEN g.period AND g.valid_until
        AND g.institution IN ('', a.institution)
        -- In a later quarter the bank stands in another row; a reason for no bank in particular keeps to its cell.
        AND (
            (g.period < a.period AND g.institution <> '')
            OR (
                g.sheet IN ('', a.sheet)
                AND g.cell IN ('', upper(coalesce(nullif(a.cell, ''), a.column_name)))
            )
        )
    ORDER BY says_this DESC, g.period DESC, g.submission_id DESC, g.record_no DESC
    LIMIT 1
) AS e ON TRUE
LEFT JOIN ops.correction_in_force AS c
    ON (a.submission_id, a.record_no, a.column_name, a.check_id) = (c.submission_id, c.record_no, c.column_name, c.check_id);
COMMENT ON VIEW ops.finding_state IS
'质量、宏观发现的现状：现行有效报送最后一轮的发现和考核自身的发现，谁在何时以何理由说明，有效期至何时；更正条目改读的值以条目为说明';
COMMENT ON COLUMN ops.finding_state.feed IS '报送；考核自身的发现为空';
COMMENT ON COLUMN ops.finding_state.is_explained IS '已有说明或更正条目';
COMMENT ON COLUMN ops.finding_state.is_outdated IS '有说明，但所抄录的发现与现在的不同，须重新说明';
COMMENT ON COLUMN ops.finding_state.explained_from IS '说明最初针对的考核期；早于本期的是沿用';

CREATE VIEW mart.v_finding_state AS
SELECT
    f.region AS region_code,
    f.period AS period_code,
    f.feed AS feed_code,
    f.file_name,
    concat_ws(' › ', nullif(f.sheet, ''), coalesce(nullif(f.cell, ''), nullif(f.column_name, ''))) AS place_text,
    f.check_id AS check_code,
    f.class AS class_code,
    f.institution AS institution_code,
    f.message AS message_text,
    f.advice AS advice_text,
    f.is_explained,
    coalesce(f.reason, '') AS reason_text,
    coalesce(f.explained_by, '') AS explained_by,
    f.explained_on,
    coalesce(f.explained_from, '') AS explained_from,
    coalesce(f.valid_until, '') AS valid_until
FROM ops.finding_state AS f;
COMMENT ON VIEW mart.v_finding_state IS '校验发现与说明：须更正或说明的发现，每条一行，随报送和说明即时变化，不等公布';

CREATE VIEW mart.v_cn_finding_state AS
SELECT
    f.region_code AS "行政区划",
    f.period_code AS "考核期",
    f.feed_code AS "报送内容",
    f.file_name AS "来源文件",
    f.place_text AS "位置",
    f.check_code AS "校验规则",
    f.message_text AS "问题",
    CASE WHEN f.is_explained THEN '已说明' ELSE '待说明' END AS "说明状态",
    f.reason_text AS "理由",
    f.explained_by AS "说明人",
    f.explained_on AS "说明日期",
    f.valid_until AS "有效期至"
FROM mart.v_finding_state AS f;
COMMENT ON VIEW mart.v_cn_finding_state IS '校验发现与说明：须更正或说明的发现及其理由，每条一行';

DO $$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT CAST(a.attrelid AS regclass) AS relation, a.attname, g.meaning
        FROM pg_attribute AS a
        INNER JOIN (VALUES
            ('region_code', '行政区划代码'), ('period_code', '考核期'), ('feed_code', '报送代码，考核自身的发现为空'),
            ('file_name', '文件名'), ('place_text', '工作表与单元格'), ('check_code', '校验规则编号'),
            ('class_code', '校验类别代码：quality 质量，macro 宏观'), ('institution_code', '所涉金融机构代码'),
            ('message_text', '问题'), ('advice_text', '处理办法'), ('is_explained', '是否已说明'),
            ('reason_text', '理由'), ('explained_by', '说明人的岗位'), ('explained_on', '说明日期'),
            ('explained_from', '说明最初针对的考核期'), ('valid_until', '说明的有效期至，考核期'),
            ('行政区划', '行政区划代码'), ('考核期', '如 2025-Q4'), ('报送内容', '报送代码，考核自身的发现为空'),
            ('来源文件', '文件名'), ('位置', '工作表与单元格'), ('校验规则', '校验规则编号'), ('问题', '校验发现'),
            ('说明状态', '已说明或待说明'), ('理由', '说明的理由'), ('说明人', '岗位'), ('说明日期', '作出说明的日期'),
            ('有效期至', '此前各期沿用')
        ) AS g (word, meaning) ON a.attname = g.word
        WHERE a.attrelid IN (CAST('mart.v_finding_state' AS regclass), CAST('mart.v_cn_finding_state' AS regclass))
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', item.relation, item.attname, item.meaning);
    END LOOP;
END
$$;
