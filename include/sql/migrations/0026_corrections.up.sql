-- Corrections with a price: a corrected run stands beside the one that was carried out, and what it changes for each bank
-- is a row, in yuan. A small difference is made good in the next quarter (补差), a large one by an order that supersedes;
-- what was issued is never edited.
CREATE TABLE ops.run_correction (
    correction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES eval.run,
    against_run_id bigint NOT NULL REFERENCES eval.run CHECK (against_run_id <> run_id),
    region text NOT NULL,
    period text NOT NULL,
    treatment text NOT NULL CHECK (treatment IN ('none', 'true_up', 'superseding')),
    reason text NOT NULL,
    threshold numeric(18, 2),
    largest numeric(18, 2) NOT NULL CHECK (largest >= 0),
    gross numeric(18, 2) NOT NULL CHECK (gross >= largest),
    net numeric(18, 2) NOT NULL,
    priced_at timestamptz NOT NULL DEFAULT ops.moment(),
    UNIQUE (run_id, against_run_id, treatment),
    CHECK ((treatment = 'none') = (largest = 0))
);
CREATE INDEX ON ops.run_correction (region, period);
COMMENT ON TABLE ops.run_correction IS '更正的影响：新批次与所更正的批次相比，及如何处理（下期补差、另行下达、不变）';
COMMENT ON COLUMN ops.run_correction.against_run_id IS '现行有效的批次：最近下达的调整指令或补差所依据的，没有的为最近公布的';
COMMENT ON COLUMN ops.run_correction.largest IS '影响最大的一家，绝对值，元';
COMMENT ON COLUMN ops.run_correction.gross IS '各行影响的绝对值之和，元';
COMMENT ON COLUMN ops.run_correction.net IS '各行影响之和，元，即总量的变动';

CREATE TABLE ops.run_correction_effect (
    correction_id bigint NOT NULL REFERENCES ops.run_correction,
    institution text NOT NULL,
    name text NOT NULL,
    short_name text NOT NULL,
    sort_no integer NOT NULL,
    role_before text,
    role_after text,
    target_before numeric(18, 2) NOT NULL,
    target_after numeric(18, 2) NOT NULL,
    effect numeric(18, 2) GENERATED ALWAYS AS (target_after - target_before) STORED,
    score_before numeric,
    score_after numeric,
    share_before numeric,
    share_after numeric,
    rank_before integer,
    rank_after integer,
    PRIMARY KEY (correction_id, institution)
);
COMMENT ON TABLE ops.run_correction_effect IS '更正对每家机构的影响：应存额度（元）、得分、比例、名次的前后';

-- What a run adds to stated amounts: an input of it as much as the feeds are.
CREATE TABLE eval.true_up (
    run_id bigint NOT NULL REFERENCES eval.run,
    order_no text NOT NULL REFERENCES ops.transfer_order (order_no),
    institution text NOT NULL,
    period text NOT NULL,
    amount numeric(18, 2) NOT NULL CHECK (amount <> 0),
    correction_id bigint NOT NULL,
    PRIMARY KEY (run_id, order_no, institution),
    FOREIGN KEY (correction_id, institution) REFERENCES ops.run_correction_effect
);
COMMENT ON TABLE eval.true_up IS '补差：已下达的更正（order_no）计入本批次各行规定额的数，元；只计入一个考核期';
COMMENT ON COLUMN eval.true_up.period IS '所更正的考核期';
COMMENT ON COLUMN eval.bounded.stated_amount IS '规定额 f，元：基数、名次定额、加减的存款额、以前考核期更正的补差；不随得分变动';

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

-- An order that supersedes moves all that the correction comes to: true-ups of the quarter issued before it lapse.
CREATE VIEW ops.issued_true_up AS
SELECT
    o.order_id,
    o.order_no,
    o.region,
    o.period,
    o.run_id,
    e.event_id,
    l.order_no AS lapsed_by
FROM ops.transfer_order AS o
INNER JOIN ops.order_event AS e ON o.order_id = e.order_id AND e.status = 'issued'
LEFT JOIN LATERAL (
    SELECT a.order_no
    FROM ops.transfer_order AS a
    INNER JOIN ops.order_event AS v ON a.order_id = v.order_id AND v.status = 'issued'
    WHERE
        a.region = o.region AND a.period = o.period AND a.kind = 'adjustment' AND v.event_id > e.event_id
    ORDER BY v.event_id
    LIMIT 1
) AS l ON TRUE
WHERE o.kind = 'true_up';
COMMENT ON VIEW ops.issued_true_up IS '已下达的补差；lapsed_by 为其后下达、一并落实了它的调整指令，这样的补差不再计入';

-- Once: in one quarter, whichever of its runs, and nowhere else.
CREATE FUNCTION eval.true_up_elsewhere(pinned bigint) RETURNS text LANGUAGE sql STABLE AS $$
SELECT string_agg(DISTINCT x.said, '、')
FROM eval.run AS r
INNER JOIN eval.true_up AS t ON r.run_id = t.run_id
CROSS JOIN LATERAL (
    SELECT format('%s（已计入 %s）', t.order_no, o.period) AS said
    FROM eval.true_up AS u
    INNER JOIN eval.run AS o ON u.run_id = o.run_id AND r.period <> o.period AND o.purpose = 'official'
    INNER JOIN eval.run_event AS e ON o.run_id = e.run_id AND e.status = 'published'
    WHERE u.order_no = t.order_no
    UNION ALL
    SELECT format('%s（已由 %s 落实）', t.order_no, i.lapsed_by)
    FROM ops.issued_true_up AS i
    WHERE i.order_no = t.order_no AND i.lapsed_by IS NOT NULL
) AS x
WHERE r.run_id = pinned
$$;
CREATE FUNCTION eval.refuse_second_true_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    elsewhere text := eval.true_up_elsewhere(new.run_id);
BEGIN
    IF elsewhere IS NOT NULL THEN
        RAISE EXCEPTION '批次 % 含有不应再计入的补差：%；请重新考核', new.run_id, elsewhere
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER counted_once AFTER INSERT ON eval.run_event
FOR EACH ROW WHEN (new.status IN ('approved', 'published')) EXECUTE FUNCTION eval.refuse_second_true_up();
CREATE TRIGGER counted_once AFTER INSERT ON eval.true_up
FOR EACH ROW EXECUTE FUNCTION eval.refuse_second_true_up();

-- An order for a quarter after which another was published would move money by balances that no longer stand.
CREATE FUNCTION ops.refuse_late_superseding() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paper ops.transfer_order;
    later text;
BEGIN
    SELECT o.* INTO paper FROM ops.transfer_order AS o WHERE o.order_id = new.order_id;
    IF paper.kind = 'adjustment' AND paper.supersedes IS NOT NULL THEN
        SELECT max(f.period) INTO later FROM eval.official_run AS f
        WHERE f.region = paper.region AND f.period > paper.period;
        IF later IS NOT NULL THEN
            RAISE EXCEPTION '指令 % 更正的是 %，其后的 % 已经公布，不能再以新指令取代：请退回，改为下期补差',
                paper.order_no, paper.period, later USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER not_too_late AFTER INSERT ON ops.order_event
FOR EACH ROW WHEN (new.status = 'issued') EXECUTE FUNCTION ops.refuse_late_superseding();

CREATE FUNCTION ops.audit_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ops.audit (actor, action, object, detail)
    VALUES (
        'cunfang', concat_ws('.', TG_TABLE_NAME, to_jsonb(new) ->> 'treatment'),
        concat_ws(' ', 'correction', new.correction_id, to_jsonb(new) ->> 'institution'), to_jsonb(new)
    );
    RETURN NULL;
END
$$;
DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['ops.run_correction', 'ops.run_correction_effect', 'eval.true_up'] LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change()', target
        );
        CONTINUE WHEN target = 'eval.true_up';
        EXECUTE format(
            'CREATE TRIGGER audited AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION ops.audit_correction()', target
        );
    END LOOP;
END
$$;
