-- Who takes part, with what the database itself must hold: bans of a bank never overlap silently (S22).

-- A text as a range of one, so that an exclusion constraint can say "the same bank" without an extension.
CREATE TYPE eval.text_span AS RANGE (subtype = text, collation = "C");

CREATE TABLE eval.disqualification (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    during daterange NOT NULL CHECK (NOT isempty(during)),
    PRIMARY KEY (run_id, institution, during),
    CONSTRAINT disqualification_never_overlaps EXCLUDE USING gist (
        int8range(run_id, run_id, '[]') WITH =, eval.text_span(institution, institution, '[]') WITH =, during WITH &&
    )
);
COMMENT ON TABLE eval.disqualification IS '取消资格的期间（S22）：首尾相接或重叠的合为一段，段与段之间至少有一天可以参加';

CREATE TABLE eval.disqualification_decision (
    run_id bigint NOT NULL,
    institution text NOT NULL,
    event text NOT NULL,
    decision text NOT NULL DEFAULT '',
    decided_on date NOT NULL,
    during daterange NOT NULL,
    whole daterange NOT NULL CHECK (whole @> during),
    predecessor text NOT NULL DEFAULT '',
    submission_id bigint NOT NULL,
    record_no integer NOT NULL,
    PRIMARY KEY (run_id, event),
    FOREIGN KEY (run_id, institution, whole) REFERENCES eval.disqualification (run_id, institution, during)
);
COMMENT ON TABLE eval.disqualification_decision IS '每项取消资格的决定各自的三年（during），和它所在的一段（whole）；两次决定都保留';
COMMENT ON COLUMN eval.disqualification_decision.predecessor IS '受处罚的前身机构的简称；本机构自己的为空';

COMMENT ON COLUMN eval.participant.role IS
'commercial 参加评分和分配（指数办法中为评价对象），policy 政策性银行，carved_out 一事一议，excluded 不参加';

-- What a value is held against beyond its own cohort (S18): the same a year before, or the whole county.
ALTER TABLE eval.indicator
DROP CONSTRAINT indicator_reference_check,
DROP CONSTRAINT indicator_gate_check,
ADD CONSTRAINT indicator_reference_check CHECK (
    reference IN ('value', 'area', 'mean', 'best', 'peers', 'targets', 'last_year', 'county', 'county_others')
),
ADD CONSTRAINT indicator_gate_check CHECK (
    gate IN ('value', 'area', 'mean', 'best', 'peers', 'targets', 'last_year', 'county', 'county_others')
);

CREATE TABLE eval.reference_value (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    indicator text NOT NULL,
    reference text NOT NULL CHECK (reference IN ('last_year', 'county', 'county_others')),
    value numeric NOT NULL,
    numerator numeric,
    denominator numeric,
    PRIMARY KEY (run_id, institution, indicator, reference)
);
COMMENT ON TABLE eval.reference_value IS '本行的值所比的数：上年同期的同一口径（last_year），全县各机构合计的（county），不含本行的（county_others）';

-- The tests of a policy bank (S17, S18): the pass_fail indicators of the rule book that it is judged by.
CREATE VIEW eval.policy_test AS
SELECT
    p.run_id,
    p.institution,
    i.indicator,
    i.ordinal,
    i.name,
    i.clause,
    v.value,
    i.operator,
    t.reference,
    coalesce(
        CASE i.operator
            WHEN '>=' THEN v.value >= t.reference
            WHEN '>' THEN v.value > t.reference
            WHEN '<=' THEN v.value <= t.reference
            WHEN '<' THEN v.value < t.reference
        END,
        FALSE
    ) AS passed
FROM eval.run AS r
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.participant AS p ON r.run_id = p.run_id AND p.role = 'policy'
INNER JOIN eval.indicator AS i
    ON k.policy_rulebook_id = i.rulebook_id AND i.leaf AND i.method = 'pass_fail' AND p.type <> ALL(i.exempt_types)
LEFT JOIN eval.indicator_value AS v
    ON p.run_id = v.run_id AND p.institution = v.institution AND i.indicator = v.indicator
LEFT JOIN eval.points AS t
    ON p.run_id = t.run_id AND p.institution = t.institution AND i.indicator = t.indicator;
COMMENT ON VIEW eval.policy_test IS '政策性银行的达标测试（S18）：每项的值、所比的数、是否达到；缺数为未达到';

-- Every disqualification is referred to the PBOC branch (S23): opened when its record is accepted, then what became of it.
CREATE TABLE ops.referral (
    referral_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region text NOT NULL,
    event text NOT NULL,
    institution text NOT NULL,
    decision text NOT NULL DEFAULT '',
    due_on date NOT NULL,
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (region, event)
);
COMMENT ON TABLE ops.referral IS '移送人民银行（S23）：每项取消资格一件，接受该项报送时立案；due_on 为答复期限';

CREATE TABLE ops.referral_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    referral_id bigint NOT NULL REFERENCES ops.referral,
    state text NOT NULL CHECK (state IN ('open', 'sent', 'answered', 'closed')),
    outcome text NOT NULL DEFAULT '',
    actor text NOT NULL,
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (state NOT IN ('answered', 'closed') OR outcome <> '')
);
CREATE INDEX ON ops.referral_event (referral_id, event_id);

CREATE VIEW ops.referral_state AS
SELECT DISTINCT ON (f.referral_id)
    f.*,
    e.state,
    e.outcome,
    e.actor,
    e.happened_at
FROM ops.referral AS f
INNER JOIN ops.referral_event AS e ON f.referral_id = e.referral_id
ORDER BY f.referral_id ASC, e.event_id DESC;
COMMENT ON VIEW ops.referral_state IS '移送事项及其现状：立案、已送、已答复、已结，和处理结果';

DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY[
        'eval.disqualification', 'eval.disqualification_decision', 'eval.reference_value', 'ops.referral',
        'ops.referral_event'
    ] LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change()', target
        );
    END LOOP;
END
$$;
