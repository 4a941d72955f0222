-- Every state of a mapping or a route that was ever published, numbered from 1; what is in force has the number of its
-- revision. They stay when the setting is removed, so that it can be restored and no number ever means two things.
create table setting_version (
    workspace text collate "C" not null,
    kind text not null check (kind in ('mapping', 'route')),
    -- as its address has it: CONNECTION/OBJECT, SOURCE/CONNECTION
    name text collate "C" not null,
    number bigint not null,
    -- as its API shows it and reads it
    body jsonb not null,
    saved_at timestamptz not null,
    saved_by text not null,
    change text not null,
    restored_from bigint,
    primary key (workspace, kind, name, number)
);

insert into setting_version (workspace, kind, name, number, body, saved_at, saved_by, change)
select m.workspace, 'mapping', m.connection_id || '/' || m.object, m.revision,
       jsonb_build_object(
           'connection', m.connection_id,
           'object', m.object,
           'fields', (select coalesce(jsonb_agg(e.entry - 'savedAt' order by e.place), '[]')
                        from jsonb_array_elements(m.entries) with ordinality as e (entry, place))),
       now(), 'leadsync', 'created'
  from mapping m;
insert into setting_version (workspace, kind, name, number, body, saved_at, saved_by, change)
select r.workspace, 'route', r.source || '/' || r.connection_id, r.revision,
       jsonb_build_object(
           'source', r.source, 'connection', r.connection_id, 'enabled', r.enabled, 'createAs', r.create_as),
       now(), 'leadsync', 'created'
  from route r;

-- What somebody prepares: one for each mapping or route, perhaps faulty, in force only once it is published.
create table setting_draft (
    workspace text collate "C" not null,
    kind text not null check (kind in ('mapping', 'route')),
    name text collate "C" not null,
    body jsonb not null,
    -- microseconds since 1970, or one more than before: a draft made anew never has the tag of one before it
    revision bigint not null,
    -- the version in force when it was saved; null: there was none
    based_on bigint,
    saved_at timestamptz not null,
    saved_by text not null,
    primary key (workspace, kind, name)
);

-- How many leads a change of a connection's mapping affects is counted before it is published.
create index mapped_connection on mapped (connection_id);
