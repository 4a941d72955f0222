-- When the CRM last contradicted what the copy says; null once a schema that was read after that is kept.
alter table schema_check add column doubted_at timestamptz;
