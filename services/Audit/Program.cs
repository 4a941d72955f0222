using LeadSync.Audit.Counts;
using LeadSync.Audit.Erasure;
using LeadSync.Audit.Failures;
using LeadSync.Audit.History;
using LeadSync.Audit.Settings;
using LeadSync.Audit.Timeline;
using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.People;
using LeadSync.Hosting.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("audit");
builder.AddBus(bus =>
    bus.Add<LeadCaptured, CapturedLead, EventConsumer<CapturedLead>>("audit.lead-captured")
        .Add<LeadWithdrawn, WithdrawnLead, EventConsumer<WithdrawnLead>>("audit.lead-withdrawn")
        .Add<LeadMapped, MappedLead, EventConsumer<MappedLead>>("audit.lead-mapped")
        .Add<RecordMatched, MatchedRecord, EventConsumer<MatchedRecord>>("audit.record-matched")
        .Add<RecordWritten, WrittenRecord, EventConsumer<WrittenRecord>>("audit.record-written")
        .Add<LeadImported, ImportedLead, EventConsumer<ImportedLead>>("audit.lead-imported")
        .Add<SyncFailed, FailedSync, EventConsumer<FailedSync>>("audit.sync-failed")
        .Add<SettingChanged, ChangedSetting, SettingChangedConsumer>("audit.setting-changed")
);
builder.AddErasureKeys();
builder.Services.AddSingleton<ErasedLeads>().AddSingleton<HistoryStore>().AddSingleton<SettingHistory>();
builder.Services.AddSingleton<Partitions>().AddHostedService(provider => provider.GetRequiredService<Partitions>());
builder.Services.AddSingleton<ReadCounts>().AddSingleton<ReadTimeline>().AddSingleton<ReadFailures>();

var app = builder.Build();
app.MapServiceDefaults();
app.MapCounts();
app.MapTimeline();
app.MapFailures();
app.MapSettingChanges();
app.MapApiDocument();
await app.RunServiceAsync(args);
