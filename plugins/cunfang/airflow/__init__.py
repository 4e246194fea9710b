"""Where cunfang meets Airflow. No other room imports it; nothing here is imported until it is asked for."""
