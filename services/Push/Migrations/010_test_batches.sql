-- A sample of a test batch: it came over no bus, what becomes of it goes to nobody but its batch, and it is forgotten with it.
alter table lead_sync add column test_batch uuid;
create index lead_sync_test on lead_sync (test_batch) where test_batch is not null;

create table test_batch (
    batch_id      uuid primary key,
    connection_id uuid not null references lane,
    workspace     text not null,
    -- What was asked for (TestBatch), and what was foreseen of each sample.
    asked         jsonb not null,
    foreseen      jsonb not null,
    began_at      timestamptz not null default now()
);
create index test_batch_began on test_batch (began_at);

-- What became of the samples, in order: the bodies that outcomes of leads have.
create table test_outcome (
    place    bigint generated always as identity primary key,
    batch_id uuid not null,
    kind     text not null check (kind in ('matched', 'written', 'failed')),
    body     jsonb not null
);
create index test_outcome_batch on test_outcome (batch_id);

-- A version of a push rule can be brought back, as a new one.
alter table push_rule_version add column restored_from bigint;
alter table push_rule_version drop constraint push_rule_version_change_check;
alter table push_rule_version add constraint push_rule_version_change_check
    check (change in ('created', 'updated', 'removed', 'restored') and (change = 'restored') = (restored_from is not null));
