-- Before what matures later has its turns: of the banks that already receive in a group now, one at most receives in it
-- again, the one that still wants most; so that both turns of the group together stay at n − 1 transfers (N10).
DELETE FROM taking AS t
USING (
    SELECT
        a.bank,
        a.account,
        row_number() OVER (PARTITION BY a.run_id, a.turn ORDER BY n.deficit DESC, a.bank) AS place
    FROM taking AS a
    INNER JOIN need AS n ON a.bank = n.bank
    WHERE a.later AND EXISTS (
        SELECT 1 FROM draft_leg AS d
        WHERE d.to_bank = a.bank AND d.to_account = a.account
    )
) AS o
WHERE t.later AND t.bank = o.bank AND t.account = o.account AND o.place > 1
