-- Who changed which setting, each change once. People make them, so they are few and are kept: not parted by month, and apart
-- from the events of leads, which have a source and a lead.
create table setting_change (
    workspace text not null,
    event_id uuid not null,
    occurred_at timestamptz not null,
    changed_by text not null,
    service text not null,
    setting text not null,
    name text not null,
    change text not null,
    connection_id uuid,
    before jsonb,
    after jsonb,
    stored_at timestamptz not null default now(),
    primary key (workspace, event_id)
);
create index setting_change_newest on setting_change (workspace, occurred_at desc, event_id desc);
