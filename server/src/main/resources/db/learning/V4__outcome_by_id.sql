-- Reports are let go one by one, by their key.

DROP INDEX outcome_report_by_age;
