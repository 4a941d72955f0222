-- Pull mappings have versions and drafts as mappings and routes do.
alter table setting_version drop constraint setting_version_kind_check;
alter table setting_version add constraint setting_version_kind_check check (kind in ('mapping', 'route', 'pull'));
alter table setting_draft drop constraint setting_draft_kind_check;
alter table setting_draft add constraint setting_draft_kind_check check (kind in ('mapping', 'route', 'pull'));

insert into setting_version (workspace, kind, name, number, body, saved_at, saved_by, change)
select p.workspace, 'pull', p.connection_id || '/' || p.object, p.revision,
       jsonb_build_object(
           'connection', p.connection_id, 'object', p.object, 'source', p.source, 'enabled', p.enabled, 'fields', p.fields),
       now(), 'leadsync', 'created'
  from pull p;
