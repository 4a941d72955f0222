-- The source's own fields, beside the standard ones: [{name, type, label, role, values}]
alter table source add column fields jsonb not null default '[]';

-- Fields that came in captures: not declared, or with values that do not fit their type. Counted in memory and added up here
-- every few seconds, so a kill may lose some; the values themselves are kept with the lead.
create table seen_field (
    workspace text collate "C" not null,
    source text collate "C" not null,
    name text collate "C" not null,
    -- what its values look like
    type text not null,
    count bigint not null,
    misfits bigint not null,
    -- why the last that did not fit does not, without the value
    misfit_reason text,
    last_seen_at timestamptz not null,
    primary key (workspace, source, name)
);

-- What is left of the erased, so that late messages and re-captures are recognised. Keys are HMACs with a secret of the
-- installation: they tell nothing without it, and nothing can be read back from them.
create table erased (
    workspace text collate "C" not null,
    kind text not null,
    key bytea not null,
    version bigint not null,
    erased_at timestamptz not null,
    primary key (workspace, kind, key),
    constraint erased_kind_known check (kind in ('lead', 'email', 'record'))
);

-- How records of a connection's object become leads: as its setting says it.
create table pull (
    connection_id uuid not null references connection,
    object text collate "C" not null,
    workspace text collate "C" not null,
    source text collate "C" not null,
    enabled boolean not null,
    -- [{from, to, wins}]
    fields jsonb not null,
    revision bigint not null,
    primary key (connection_id, object)
);
create index pull_workspace on pull (workspace);

-- Records that the source says a lead is. record_key: 15 characters where the id has 18, for both name the same record.
create table captured_record (
    lead bigint not null references lead,
    workspace text collate "C" not null,
    object text collate "C" not null,
    record_key text collate "C" not null,
    -- null: whichever org knows that id
    connection_id uuid
);
create index captured_record_lead on captured_record (lead);
create index captured_record_key on captured_record (workspace, object, record_key);

create index record_link_record on record_link
    (connection_id, object, (case when length(record_id) = 18 then left(record_id, 15) else record_id end));
