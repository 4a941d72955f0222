-- Leads of erased people: what comes late of them is kept without what it says of the person. The key is an HMAC with a secret
-- of the installation: it tells nothing without it, and nothing can be read back from it.
create table erased (
    workspace text not null,
    key bytea not null,
    erased_at timestamptz not null default now(),
    primary key (workspace, key)
);

-- The addresses of a lead, when it is erased.
create index lead_email_of_lead on lead_email (workspace, source, lead_id);
