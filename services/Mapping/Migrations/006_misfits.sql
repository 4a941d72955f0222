-- Values that a value map or a restricted picklist lacks: a row for each lead that one stops, so that a lead counts once
-- however often it is captured. A row goes when its lead is stopped by that value no more.
create table misfit (
    connection_id uuid not null,
    object text collate "C" not null,
    field text collate "C" not null,
    -- its first 255 characters
    value text collate "C" not null,
    lead bigint not null references lead,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (connection_id, object, field, value, lead)
);
create index misfit_lead on misfit (lead, connection_id);
