DROP VIEW core.standing_bank_return;
DROP TABLE core.bank_return, core.target, core.peer, core.credit_project, core.other;
