-- Work tables of target = clamp(f + λ·w, lower, upper) (N9), which is solved up to three times for a run: pass 0 finds the
-- policy bank's cap, pass 1 the targets, pass 2 the targets after a reduction (N13).
-- What a pass shares out.
CREATE TEMPORARY TABLE pot (
    run_id bigint NOT NULL,
    pass_no integer NOT NULL,
    amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (run_id, pass_no)
) ON COMMIT DROP;

-- f, w and the bounds of each bank. Stock that may not move outweighs a cap, a cap outweighs a minimum. f is money, but
-- where a true-up is held against the run without it: lowered by a multiple of w there.
CREATE TEMPORARY TABLE bound (
    run_id bigint NOT NULL,
    pass_no integer NOT NULL,
    institution text NOT NULL,
    stated numeric NOT NULL,
    weight numeric,
    rigid numeric(18, 2) NOT NULL,
    minimum numeric(18, 2),
    cap numeric(18, 2),
    cap_name text,
    deposits numeric(18, 2),
    lower numeric(18, 2) GENERATED ALWAYS AS (
        CASE WHEN minimum IS NULL THEN rigid ELSE greatest(rigid, least(minimum, cap)) END
    ) STORED,
    upper numeric(18, 2) GENERATED ALWAYS AS (CASE WHEN cap IS NOT NULL THEN greatest(cap, rigid) END) STORED,
    -- λ from which it is above its lower bound, and from which it stands at its upper one.
    leaves numeric GENERATED ALWAYS AS (
        greatest(
            eval.ratio(CASE WHEN minimum IS NULL THEN rigid ELSE greatest(rigid, least(minimum, cap)) END - stated, weight), 0
        )
    ) STORED,
    arrives numeric GENERATED ALWAYS AS (
        CASE WHEN cap IS NOT NULL THEN greatest(eval.ratio(greatest(cap, rigid) - stated, weight), 0) END
    ) STORED
) ON COMMIT DROP;

-- Of every pot that is solved: the bend at or below λ (none where nothing bends), what is left to share out there, and
-- by what weight.
CREATE TEMPORARY TABLE solution (
    run_id bigint NOT NULL,
    pass_no integer NOT NULL,
    bend numeric,
    remainder numeric,
    slope numeric
) ON COMMIT DROP;

-- Where clamp() leaves each bank: at its lower or upper bound, free with λ, or at a stated amount that λ does not move.
CREATE TEMPORARY VIEW solved AS
SELECT
    b.*,
    coalesce(eval.ratio(s.remainder, s.slope), s.bend) AS lambda,
    c.side,
    CASE c.side
        WHEN 'lower' THEN b.lower
        WHEN 'upper' THEN b.upper
        WHEN 'stated' THEN b.stated
        ELSE round(b.stated + eval.ratio(b.weight * s.remainder, s.slope), 30)
    END AS amount
FROM bound AS b
INNER JOIN solution AS s ON b.run_id = s.run_id AND b.pass_no = s.pass_no
CROSS JOIN
    LATERAL (
        SELECT
            CASE
                WHEN b.weight = 0 AND b.stated <= b.lower THEN 'lower'
                WHEN b.weight = 0 AND b.stated > b.upper THEN 'upper'
                WHEN b.weight = 0 THEN 'stated'
                WHEN coalesce(b.leaves > s.bend, TRUE) THEN 'lower'
                WHEN b.arrives <= s.bend THEN 'upper'
                ELSE 'free'
            END AS side
    ) AS c;
