-- What must not be written to now, although it is wanted. Checked before each call; what waits stays in its lane.
create table hold (
    connection_id uuid not null,
    workspace     text not null,
    -- Empty: of whichever source; into whichever object.
    source        text not null default '',
    object        text not null default '',
    -- Two reasons hold at once: one that goes does not lift the other.
    reason        text not null check (reason in ('deauthorised', 'removed', 'pullOnly', 'disabled')),
    held_at       timestamptz not null default now(),
    primary key (connection_id, source, object, reason)
);

-- When the newest version came in: how long a lead has been held.
alter table lead_sync add column arrived_at timestamptz not null default now();
