-- Everything that happened, each once, never changed. Parted by an instant that no redelivery changes, so that old months
-- can be dropped whole.
create table event (
    event_id uuid not null,
    occurred_at timestamptz not null,
    workspace text not null,
    kind text not null,
    source text not null,
    -- Null only for an item so broken that its lead could not be read.
    lead_id text,
    connection_id uuid,
    version bigint,
    -- The failure's code; null for what is no failure.
    code text,
    body jsonb not null,
    stored_at timestamptz not null default now(),
    -- Products choose ids of their own: one tenant's must not hide another's.
    primary key (workspace, event_id, occurred_at)
) partition by range (occurred_at);

-- What is older than the first month made here, or was told so late that its month was never made.
create table event_default partition of event default;

create index event_of_lead on event (workspace, source, lead_id, occurred_at);
create index event_apart on event (workspace, occurred_at) where kind = 'SyncFailed' and connection_id is null;

-- Makes the partitions of coming months. The run-time login owns no table, so it calls this, which runs as the owner.
create function make_event_partitions(first_month date, months int) returns int
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    month date;
    name text;
    lower timestamptz;
    upper timestamptz;
    made int = 0;
begin
    -- Writers are not made to wait for long: it is tried again later.
    perform set_config('lock_timeout', '5s', true);
    perform pg_advisory_xact_lock(hashtext('make_event_partitions'));
    for i in 0 .. months - 1 loop
        month = date_trunc('month', first_month) + make_interval(months => i);
        name = 'event_' || to_char(month, 'YYYY_MM');
        lower = month::timestamp at time zone 'UTC';
        upper = (month + interval '1 month')::timestamp at time zone 'UTC';
        continue when to_regclass(name) is not null;
        -- A month that has rows in the default partition stays there: it cannot be made without moving them.
        continue when exists (select from event_default where occurred_at >= lower and occurred_at < upper);
        execute format('create table %I partition of event for values from (%L) to (%L)', name, lower, upper);
        made = made + 1;
    end loop;
    return made;
end
$$;

select make_event_partitions((now() at time zone 'UTC')::date, 3);

-- What is known of a lead apart from its connections. Each column only ever grows (or shrinks, the first), so that it is the
-- same in whatever order events come.
create table lead (
    workspace text not null,
    source text not null,
    lead_id text not null,
    first_captured_at timestamptz,
    last_captured_at timestamptz,
    withdrawn_at timestamptz,
    -- The newest version of which Mapping said that no route takes it on.
    unrouted_version bigint,
    -- The newest version that is known at any connection: with the one above it tells, without a look at the pairs, whether
    -- Mapping has spoken of a capture.
    newest_version bigint,
    primary key (workspace, source, lead_id)
) with (fillfactor = 80);
create index lead_captured on lead (workspace, last_captured_at);

-- What became of a lead at a connection: the event with the greatest (version, rank, at, event_id) decides.
create table sync_state (
    workspace text not null,
    source text not null,
    lead_id text not null,
    connection_id uuid not null,
    version bigint not null,
    rank smallint not null,
    at timestamptz not null,
    event_id uuid not null,
    state text not null check (state in ('waiting', 'created', 'updated', 'unchanged', 'skipped', 'failed')),
    -- Why: of a failure, a skip, or a passing failure that it waits for.
    code text,
    -- Failures that did not pass by themselves, mended ones included.
    failures int not null default 0,
    first_failed_at timestamptz,
    last_failed_at timestamptz,
    -- Once failed, now written.
    mended boolean generated always as (failures > 0 and state in ('created', 'updated', 'unchanged')) stored,
    primary key (workspace, source, lead_id, connection_id),
    check ((state = 'failed') <= (code is not null))
) with (fillfactor = 80);
create index sync_state_failed on sync_state (workspace, code) where state = 'failed';

-- Finds a person's leads by address.
create table lead_email (
    workspace text not null,
    -- Trimmed, lower case.
    email text not null,
    source text not null,
    lead_id text not null,
    primary key (workspace, email, source, lead_id)
);
