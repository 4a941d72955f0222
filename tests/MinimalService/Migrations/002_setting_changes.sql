-- Who changed which setting, written with the change itself and told of once that is committed (Hosting: SettingChanges).
create table setting_change (
    id bigint generated always as identity primary key,
    event_id uuid not null unique,
    workspace text collate "C" not null,
    -- the event's item: ChangedSetting
    body jsonb not null,
    -- whoever publishes it has it until then
    claimed_until timestamptz not null default '-infinity',
    published_at timestamptz
);
create index setting_change_waiting on setting_change (id) where published_at is null;
