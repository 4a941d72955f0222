-- One line per connection: who serves it, and since when nobody has.
create table lane (
    connection_id uuid primary key,
    workspace     text not null,
    owner         uuid,
    -- Grows with every lease: whoever holds an older number has lost the lane.
    fence         bigint not null default 0,
    lease_until   timestamptz not null default '-infinity',
    last_served   timestamptz not null default '-infinity',
    -- While it is paused: why, and when it is looked at again.
    pause_code    text,
    pause_message text,
    paused_at     timestamptz,
    resume_at     timestamptz,
    -- Rounds in a row that the CRM or Connector failed as a whole.
    faults        int not null default 0,
    constraint paused_with_reason check ((pause_code is null) = (resume_at is null))
) with (fillfactor = 70);

create index lane_by_service on lane (last_served);

-- What is wanted of each lead at each connection, and how far that is done. A row stays for ever, so that a late message can
-- never bring an old value back.
create table lead_sync (
    connection_id  uuid not null references lane,
    source         text not null,
    lead_id        text not null,
    workspace      text not null,
    -- The whole wanted state as it arrived (MappedLead); replaced, never merged.
    wanted         jsonb not null,
    version        bigint not null,
    -- The oldest version that waits.
    from_version   bigint not null,
    wanted_run     bigint not null default 1,
    done_run       bigint not null default 0,
    parked_code    text,
    due_at         timestamptz not null default now(),
    attempts       int not null default 0,
    -- What makes rows one person: 'email:…', 'record:…' (18 characters), and the row itself.
    keys           text[] not null,
    -- The record that this lead was found to be, or became.
    object         text,
    record_id      text,
    trace_parent   text,
    primary key (connection_id, source, lead_id),
    constraint done_what_was_wanted check (done_run <= wanted_run),
    constraint linked_whole check ((object is null) = (record_id is null))
) with (fillfactor = 70);

create index lead_sync_pending on lead_sync (connection_id, due_at)
    where wanted_run > done_run and parked_code is null;

-- What we last applied to a record, field by field: {"Title": {"value": …, "at": …, "source": …}}. By record, not by lead:
-- two leads of one person share it.
create table applied (
    connection_id uuid not null references lane,
    object        text not null,
    record_id     text not null,
    fields        jsonb not null,
    primary key (connection_id, object, record_id)
) with (fillfactor = 70);

-- What we are about to ask of the CRM, written down before the call.
create table intent (
    intent_id     uuid primary key,
    connection_id uuid not null references lane,
    workspace     text not null,
    source        text not null,
    lead_id       text not null,
    run           bigint not null,
    version       bigint not null,
    from_version  bigint not null,
    object        text not null,
    -- Null for a create.
    record_id     text,
    -- Everything that the outcome will tell (Intent), the values sent among it.
    body          jsonb not null,
    keys          text[] not null,
    made_at       timestamptz not null,
    -- It is not sent after this, so with the CRM's latest possible commit it is certain whether it happened.
    send_before   timestamptz not null,
    certain_at    timestamptz not null,
    state         text not null default 'open' check (state in ('open', 'unknown', 'written', 'refused')),
    -- Stored by whoever made the call, whoever owns the lane by then.
    result        jsonb,
    probe_at      timestamptz,
    probes        int not null default 0,
    constraint fact_has_result check ((state in ('written', 'refused')) = (result is not null)),
    constraint unknown_is_probed check ((state = 'unknown') = (probe_at is not null))
);

create index intent_by_lane on intent (connection_id);

-- Outcomes on their way to the bus: inserted with what they tell of, deleted once the broker has confirmed them.
create table outcome (
    outcome_id    bigint generated always as identity primary key,
    workspace     text not null,
    kind          text not null check (kind in ('matched', 'written', 'failed')),
    body          text not null,
    claimed_until timestamptz not null default '-infinity'
);
