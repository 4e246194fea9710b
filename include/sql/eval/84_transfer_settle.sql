-- Take the legs of this turn off what is still to give and to receive.
WITH paid AS (
    UPDATE supply AS s
    SET available = s.available - d.amount
    FROM (
        SELECT
            run_id,
            from_account,
            sum(amount) AS amount
        FROM draft_leg
        WHERE turn = %(turn)s
        GROUP BY run_id, from_account
    ) AS d
    WHERE s.run_id = d.run_id AND s.account = d.from_account
)

UPDATE need AS n
SET
    surplus = n.surplus - d.given,
    deficit = n.deficit - d.taken
FROM (
    SELECT
        e.run_id,
        e.institution,
        sum(e.given) AS given,
        sum(e.taken) AS taken
    FROM draft_leg AS l
    INNER JOIN LATERAL (
        VALUES (l.run_id, l.from_institution, l.amount, 0), (l.run_id, l.to_institution, 0, l.amount)
    ) AS e (run_id, institution, given, taken) ON TRUE
    WHERE l.turn = %(turn)s
    GROUP BY e.run_id, e.institution
) AS d
WHERE n.run_id = d.run_id AND n.institution = d.institution
