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
    upper numeric(18, 2) GENERATED ALWAYS AS (CASE WHEN cap IS NOT NULL THEN greatest(cap, rigid) END) STORED
) ON COMMIT DROP;

-- Where clamp() leaves each bank: at its lower or upper bound, free with λ, or at a stated amount that λ does not move.
CREATE TEMPORARY TABLE solved (
    run_id bigint NOT NULL,
    pass_no integer NOT NULL,
    institution text NOT NULL,
    lambda numeric,
    side text NOT NULL,
    amount numeric NOT NULL
) ON COMMIT DROP;
