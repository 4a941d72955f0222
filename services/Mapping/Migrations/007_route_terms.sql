-- Which leads a route takes, when, and as what: as its setting says it. Null: from before there were terms.
alter table route add column terms jsonb;

-- Whether Push was told to hold what goes over it.
alter table route add column held boolean not null default false;
update route r set held = true
 where not r.enabled
    or not exists (select from source s
                    where s.workspace = r.workspace and s.name = r.source and s.declared and s.enabled);

-- Holds that have ended, and that Push is still to be told of.
create table owed_lift (
    connection_id uuid not null,
    source text collate "C" not null,
    workspace text collate "C" not null,
    -- what is older was captured before the route was enabled again, and is not sent
    before_version bigint not null,
    primary key (connection_id, source)
);

-- wait: the route has it wait, so it is in mapping_due too. filter: the route does not take it any more
alter table mapped drop constraint failed_by_known;
alter table mapped add constraint failed_by_known check (failed_by in ('mapping', 'push', 'wait', 'filter'));
drop index mapped_failed;
create index mapped_failed on mapped (connection_id, revision) where failed_by = 'push';
