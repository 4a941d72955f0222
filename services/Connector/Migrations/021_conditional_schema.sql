-- When the CRM gave the description as it stands, by our clock and by its own: since then it is only asked for changes.
alter table object_schema add column whole_at timestamptz;
alter table object_schema add column server_time timestamptz;

-- The queues that may own records, with the objects that each may own.
create table queue_list (
    connection_id uuid primary key references connection,
    body jsonb not null,
    read_at timestamptz not null
);
