-- Each tenant's oldest reports are let go by themselves.

DROP INDEX outcome_report_by_number;
CREATE INDEX outcome_report_by_age ON outcome_report (tenant, number);
