-- Leads of erased people: late messages of them are recognised by it. The key is an HMAC with a secret of the installation:
-- it tells nothing without it, and nothing can be read back from it.
create table erased (
    workspace text not null,
    key       bytea not null,
    -- Up to this version nothing of the lead is taken in.
    version   bigint not null,
    erased_at timestamptz not null default now(),
    primary key (workspace, key)
);

-- Leads that are being erased: a row until nothing of them is under way any more, and nothing of them is left.
create table erasing (
    connection_id uuid not null references lane,
    source        text not null,
    lead_id       text not null,
    -- The lane's fence when it was first looked at: whoever served it then may still have the lead in hand.
    fence         bigint,
    look_at       timestamptz not null default now(),
    primary key (connection_id, source, lead_id)
);
create index erasing_due on erasing (look_at);

-- The leads that are a record: whose values stay when one of them is erased.
create index lead_sync_record on lead_sync (connection_id, record_id) where record_id is not null;
