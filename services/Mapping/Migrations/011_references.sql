-- Records that leads name by a text: what the CRM said when it was asked, or that it is still to be asked.
create table reference (
    connection_id uuid not null references connection,
    object text collate "C" not null,
    -- the field that the text is looked up in
    by_field text collate "C" not null,
    -- trimmed; at most 255 characters
    value text collate "C" not null,
    -- wanted: not looked up yet; found; none; several
    state text not null default 'wanted',
    -- with state found, and only then
    record_id text,
    looked_up_at timestamptz,
    -- the last look-up told something else than the one before
    is_changed boolean not null default false,
    -- look-ups in a row that told nothing new
    attempt int not null default 0,
    look_up_at timestamptz not null,
    -- a lead asked for it within a day after that
    used_at timestamptz not null,
    primary key (connection_id, object, by_field, value),
    constraint record_with_found check ((record_id is not null) = (state = 'found'))
);
create index reference_due on reference (look_up_at);
