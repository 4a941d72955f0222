-- When the CRM gave the whole of the description, and when it was last changed by the CRM's own clock: what is asked for since.
alter table object_schema add column whole_at timestamptz;
alter table object_schema add column changed_at timestamptz;

-- The queues that may own records, with the objects that each may own.
create table queue_list (
    connection_id uuid primary key references connection,
    body jsonb not null,
    read_at timestamptz not null
);
