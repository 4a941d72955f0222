-- A person's stop of a lane: 'paused' holds at once, 'draining' lets what is under way end and starts nothing more.
alter table hold drop constraint hold_reason_check;
alter table hold add constraint hold_reason_check
    check (reason in ('deauthorised', 'removed', 'pullOnly', 'disabled', 'paused', 'draining'));
-- Who said so, and why, when a person did.
alter table hold add column held_by text, add column note text;

-- Everything stopped at once: the lanes of one workspace, or of all with the empty name.
create table stop (
    workspace  text primary key,
    stopped_at timestamptz not null default now(),
    stopped_by text not null,
    note       text
);

-- The kind of CRM behind a lane, learnt from its first grant; and when a round on it last went well.
alter table lane add column system text, add column good_at timestamptz;

alter table lead_sync
    -- 0: a person new to the org, 1: a known one, 2: a backfill. New ones are taken before the others, see LeadSyncStore.
    add column priority smallint not null default 1,
    -- Since when it is parked, and what was said of it.
    add column parked_at timestamptz,
    add column parked_message text,
    -- Who had it taken again, for the outcome to tell.
    add column replayed_by text;
update lead_sync set parked_at = now() where parked_code is not null;
update lead_sync set priority = 0 where record_id is null;

drop index lead_sync_pending;
create index lead_sync_pending on lead_sync (connection_id, priority, due_at)
    where wanted_run > done_run and parked_code is null;
create index lead_sync_parked on lead_sync (connection_id, parked_code, parked_at) where parked_code is not null;

-- How many leads were served in each minute of the last hour: what a lane's rate is told from.
create table lane_minute (
    connection_id uuid not null references lane,
    minute        timestamptz not null,
    leads         int not null,
    primary key (connection_id, minute)
) with (fillfactor = 50);
