-- What customers say of matching and creating, one rule for each object of a connection. A removed rule leaves its row with
-- no rule, so that a revision never comes twice.
create table push_rule (
    connection_id uuid not null,
    object        text not null,
    workspace     text not null,
    revision      bigint not null,
    rule          jsonb,
    changed_at    timestamptz not null,
    changed_by    text not null,
    primary key (connection_id, object)
);
create index push_rule_by_workspace on push_rule (workspace);

-- Every rule that ever was.
create table push_rule_version (
    connection_id uuid not null,
    object        text not null,
    revision      bigint not null,
    workspace     text not null,
    change        text not null check (change in ('created', 'updated', 'removed')),
    rule          jsonb,
    changed_at    timestamptz not null,
    changed_by    text not null,
    primary key (connection_id, object, revision)
);

-- Who changed which setting, on its way to the history that Audit keeps.
create table setting_change (
    id            bigint generated always as identity primary key,
    event_id      uuid not null unique,
    workspace     text collate "C" not null,
    body          jsonb not null,
    claimed_until timestamptz not null default '-infinity',
    published_at  timestamptz
);
create index setting_change_waiting on setting_change (id) where published_at is null;

-- Set when nothing more can be found out about an unknown outcome: it holds its keys until a person has decided.
alter table intent add column given_up_at timestamptz;
