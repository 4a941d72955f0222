-- A lane's row stays for ever, and intake makes it before any row that names it, in the same transaction. Checked for each row all
-- the same, it was locked for each, by those who insert and by those who renew the lease at the same time: most of what writing an
-- intent down cost.
alter table lead_sync drop constraint lead_sync_connection_id_fkey;
alter table applied drop constraint applied_connection_id_fkey;
alter table intent drop constraint intent_connection_id_fkey;
