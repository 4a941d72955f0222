alter table lead_sync
    -- Why a lead that is due later waits, where a rule has it wait: told once, and shown with its lane.
    add column waits_code text,
    -- The Account that was created for the Contact that the lead is to become.
    add column account_id text;

create index lead_sync_waiting on lead_sync (connection_id) where waits_code is not null;
