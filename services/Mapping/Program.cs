using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.Changes;
using LeadSync.Hosting.People;
using LeadSync.Hosting.Web;
using LeadSync.Mapping;
using LeadSync.Mapping.Backfill;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Importing;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.People;
using LeadSync.Mapping.Publishing;
using LeadSync.Mapping.References;
using LeadSync.Mapping.Routes;
using LeadSync.Mapping.Samples;
using LeadSync.Mapping.Sources;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("mapping");
builder.AddSettings<MappingOptions>("Mapping");
builder.AddServiceClient<ConnectorClient>("Connector");
builder.AddServiceClient<PushClient>("Push");
builder.AddErasureKeys();
builder.AddSettingChanges();
builder.AddBus(bus =>
    bus.AddEdge<CaptureConsumer>("mapping.capture")
        .AddEdge<WithdrawConsumer>("mapping.withdraw")
        .Add<RecordPulled, PulledRecord, RecordPulledConsumer>("mapping.record-pulled")
        .Add<RecordWritten, WrittenRecord, RecordWrittenConsumer>("mapping.record-written")
        .Add<SyncFailed, FailedSync, SyncFailedConsumer>("mapping.sync-failed")
);
builder
    .Services.AddSingleton<SchemaCache>()
    .AddSingleton<SeenFieldStore>()
    .AddSingleton<SeenFields>()
    .AddHostedService(services => services.GetRequiredService<SeenFields>())
    .AddSingleton<LeadStore>()
    .AddSingleton<LeadIntake>()
    .AddSingleton<ErasePeople>()
    .AddSingleton<ErasedDeadLetters>()
    .AddSingleton<FinishErasures>()
    .AddHostedService(services => services.GetRequiredService<FinishErasures>())
    .AddSingleton<ErasedRecords>()
    .AddSingleton<ReadLead>()
    .AddSingleton<ImportRecords>()
    .AddSingleton<PairStore>()
    .AddSingleton<DueStore>()
    .AddSingleton<DueLeads>()
    .AddHostedService(services => services.GetRequiredService<DueLeads>())
    .AddSingleton<SchemaCopies>()
    .AddSingleton<SchemaRefresher>()
    .AddHostedService(services => services.GetRequiredService<SchemaRefresher>())
    .AddSingleton<RouteHolds>()
    .AddHostedService(services => services.GetRequiredService<RouteHolds>())
    .AddSingleton<SettingHistory>()
    .AddSingleton<SettingsStore>()
    .AddSingleton<FindLead>()
    .AddSingleton<Misfits>()
    .AddSingleton<MakeTestBatch>()
    .AddTransient<SaveSettings>()
    .AddSingleton<RemoveSetting>();
builder
    .Services.AddSingleton<ReferenceStore>()
    .AddSingleton<ReferencesToLookUp>()
    .AddSingleton<ReferencesToShow>()
    .AddSingleton<LookUpReferences>()
    .AddHostedService(services => services.GetRequiredService<LookUpReferences>());
builder
    .Services.AddSingleton<DraftStore>()
    .AddSingleton<VersionStore>()
    .AddSingleton<AffectedLeads>()
    .AddTransient<CheckSetting>();
builder
    .Services.AddSingleton<BackfillStore>()
    .AddSingleton<BackfillWork>()
    .AddSingleton<BackfillWorker>()
    .AddHostedService(services => services.GetRequiredService<BackfillWorker>());

var app = builder.Build();
app.MapServiceDefaults();
app.MapConfig();
app.MapSources();
app.MapSettings();
app.MapLeads();
app.MapPeople();
app.MapPreviews();
app.MapTestLeads();
app.MapPresets();
app.MapMisfits();
app.MapDrafts();
app.MapVersions();
app.MapBackfills();
app.MapApiDocument();
await app.RunServiceAsync(args);
