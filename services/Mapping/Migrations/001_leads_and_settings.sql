-- Keys compare bytewise: they are ids, and every writer must lock in the same order whatever the server's language is.

create table source (
    workspace text collate "C" not null,
    name text collate "C" not null,
    -- false: only seen in captures so far; its leads are kept, and it is offered to be declared
    declared boolean not null,
    enabled boolean not null,
    -- since when it has been enabled without interruption
    enabled_at timestamptz not null,
    revision bigint not null,
    primary key (workspace, name)
);

-- A number per connection that grows with every change of its mappings, its routes or its schema. What was decided under
-- a lower number and failed is decided again.
create table connection (
    id uuid primary key,
    workspace text collate "C" not null,
    revision bigint not null
);

create table route (
    workspace text collate "C" not null,
    source text collate "C" not null,
    connection_id uuid not null references connection,
    enabled boolean not null,
    enabled_at timestamptz not null,
    create_as text not null,
    revision bigint not null,
    primary key (workspace, source, connection_id)
);

create table mapping (
    connection_id uuid not null references connection,
    object text collate "C" not null,
    workspace text collate "C" not null,
    -- [{field, from | constant, default, rule, savedAt}] in the order they were given
    entries jsonb not null,
    enabled_at timestamptz not null,
    revision bigint not null,
    primary key (connection_id, object)
);
create index mapping_workspace on mapping (workspace);

-- The last schema that could be read. A CRM that is away never stops a lead from being mapped.
create table schema_copy (
    connection_id uuid not null references connection,
    object text collate "C" not null,
    schema jsonb not null,
    -- grows only when the schema is another one than before
    revision bigint not null,
    read_at timestamptz not null,
    primary key (connection_id, object)
);

-- When a schema is to be read again; a row for every mapped object, whether or not it could be read yet.
create table schema_check (
    connection_id uuid not null references connection,
    object text collate "C" not null,
    workspace text collate "C" not null,
    check_at timestamptz not null,
    attempt int not null default 0,
    primary key (connection_id, object)
);
create index schema_check_due on schema_check (check_at);

create table lead (
    id bigint generated always as identity primary key,
    workspace text collate "C" not null,
    source text collate "C" not null,
    lead_id text collate "C" not null,
    -- microseconds since 1970 of the last news or deliberate re-map, or one more than before; 0: just inserted
    version bigint not null,
    -- what is known: LeadState
    state jsonb not null,
    -- the field email, trimmed and in lower case
    email text,
    completed boolean not null default false,
    withdrawn boolean not null default false,
    first_captured_at timestamptz,
    last_captured_at timestamptz,
    -- by our clock, the last patch that was news: decides what the lead is eligible for
    received_at timestamptz,
    unique (workspace, source, lead_id)
) with (fillfactor = 80);
create index lead_email on lead (workspace, email) where email is not null;

create table turn (
    lead bigint not null references lead,
    conversation_id text collate "C" not null,
    turn_id text collate "C" not null,
    at timestamptz not null,
    speaker text not null,
    text text not null,
    captured_at timestamptz not null,
    captured_by uuid not null,
    primary key (lead, conversation_id, turn_id)
);

-- Records that a lead turned out to be, learnt from RecordWritten.
create table record_link (
    lead bigint not null references lead,
    connection_id uuid not null,
    object text collate "C" not null,
    record_id text not null,
    version bigint not null,
    primary key (lead, connection_id, object)
);

-- A lead at a connection that it was eligible for.
create table mapped (
    lead bigint not null references lead,
    connection_id uuid not null,
    eligible_since timestamptz not null,
    -- the version of the last decision, mapped or not
    version bigint not null,
    -- connection.revision that it was decided under
    revision bigint not null,
    failed_code text,
    -- mapping: here, so it is in mapping_due too. push: learnt from SyncFailed
    failed_by text,
    primary key (lead, connection_id),
    constraint failed_code_and_by_together check ((failed_code is null) = (failed_by is null)),
    constraint failed_by_known check (failed_by in ('mapping', 'push'))
) with (fillfactor = 80);
create index mapped_failed on mapped (connection_id, revision) where failed_code is not null;

-- Leads to be decided again for a connection: they could not be mapped, or failed later and something has been mended.
create table mapping_due (
    lead bigint not null references lead,
    connection_id uuid not null,
    code text not null,
    attempt int not null,
    due_at timestamptz not null,
    revision bigint not null,
    primary key (lead, connection_id)
);
create index mapping_due_at on mapping_due (due_at);
create index mapping_due_revision on mapping_due (connection_id, revision);
