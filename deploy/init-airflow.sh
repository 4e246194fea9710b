#!/bin/sh
# Airflow's tables and the three users of its page. Safe to repeat: a user that exists keeps its password and roles.
set -eu

# Airflow's own tables and those of the FAB auth manager.
airflow db migrate

# May sign and look, and nothing else. Airflow asks for the right to edit the DAG behind an approval as well.
airflow roles create Signer
airflow roles add-perms Signer --action can_read can_edit --resource "HITL Detail" "DAG:evaluate"
airflow roles add-perms Signer --action menu_access --resource "HITL Detail"

user() {
    airflow users create --username "$1" --role "$2" --password "$3" \
        --firstname "$1" --lastname cunfang --email "$1@cunfang.invalid"
}
user engineer Admin "$ENGINEER_PASSWORD"
user finance_office Op "$FINANCE_OFFICE_PASSWORD"
user leading_group Viewer "$LEADING_GROUP_PASSWORD"
airflow users add-role --username leading_group --role Signer
