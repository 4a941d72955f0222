-- Old leads that somebody chose to have synced over a route, counted before it is started.
create table backfill (
    id uuid primary key,
    workspace text collate "C" not null,
    source text collate "C" not null,
    connection_id uuid not null references connection,
    -- of leads captured last from then and before then
    captured_from timestamptz,
    captured_before timestamptz not null,
    state text not null,
    -- how many were counted; once started, how many were chosen
    leads bigint not null,
    done bigint not null default 0,
    revision bigint not null default 1,
    counted_at timestamptz not null,
    counted_by text not null,
    started_at timestamptz,
    ended_at timestamptz,
    -- the replica that works on it has it until then
    lease uuid,
    lease_until timestamptz not null default '-infinity',
    -- when the next leads are due
    next_at timestamptz not null default '-infinity',
    constraint state_known check (state in ('counted', 'running', 'paused', 'done', 'cancelled'))
);
create index backfill_workspace on backfill (workspace, counted_at);
create index backfill_running on backfill (next_at) where state = 'running';
create unique index backfill_one_at_a_time on backfill (workspace, source, connection_id) where state in ('running', 'paused');

-- The leads that were chosen at its start, until each has been mapped and told of.
create table backfill_lead (
    backfill uuid not null references backfill on delete cascade,
    lead bigint not null references lead on delete cascade,
    primary key (backfill, lead)
);
