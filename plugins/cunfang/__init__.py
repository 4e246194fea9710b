"""The domain library of 存放: from a provider's file to orders, mail and warehouse tables.

Imports no Airflow outside `cunfang.airflow`.
"""
