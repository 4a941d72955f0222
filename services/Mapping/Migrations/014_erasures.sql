-- Erasures that Push and Audit are still to be told of, and whose dead letters are still to be looked through. They hold who
-- it was, so each goes as soon as that is done.
create table erasure (
    id uuid primary key,
    workspace text collate "C" not null,
    -- what is told and looked for: PersonTraces
    traces jsonb not null,
    -- whoever works on it has it until then
    claimed_until timestamptz not null default '-infinity'
);
create index erasure_due on erasure (claimed_until);

-- A source may take the address itself for the lead's id.
create index lead_named_by_email on lead (workspace, lower(lead_id)) where lead_id like '%@%';
