-- The record that was written beside the lead's own, of a person who is Lead and Contact.
alter table lead_sync
    add column other_object text,
    add column other_record_id text,
    add constraint other_whole check ((other_object is null) = (other_record_id is null));

create index lead_sync_other_record on lead_sync (connection_id, other_record_id) where other_record_id is not null;
