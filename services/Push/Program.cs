using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.Changes;
using LeadSync.Hosting.People;
using LeadSync.Hosting.Web;
using LeadSync.Push;
using LeadSync.Push.Access;
using LeadSync.Push.Erasure;
using LeadSync.Push.Holds;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;
using LeadSync.Push.Outcomes;
using LeadSync.Push.Replays;
using LeadSync.Push.Rules;
using LeadSync.Push.TestBatches;
using LeadSync.Push.Writing;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("push");
builder.AddBus(bus =>
    bus.Add<LeadMapped, MappedLead, WithoutErased<LeadMappedConsumer>>("push.lead-mapped")
        .Add<LeadMapped, MappedLead, WithoutErased<BackfilledLeadConsumer>>("push.lead-mapped-backfill", prefetch: 4)
);
builder.AddSettings<PushOptions>("Push");
builder.Services.AddCrms();
builder.AddServiceClient<ConnectorClient>("Connector");
builder.AddServiceClient<SchemaClient>("Connector");
builder.AddSettingChanges();

builder.AddErasureKeys();
builder.Services.AddSingleton<ErasureStore>().AddSingleton<EraseLeads>();
builder.Services.AddHostedService(all => all.GetRequiredService<EraseLeads>());

builder.Services.AddSingleton<Wakeup>();
builder.Services.AddSingleton<LeadMappedConsumer>().AddSingleton<BackfilledLeadConsumer>();
builder.Services.AddSingleton<LeaseStore>().AddSingleton<LeadSyncStore>();
builder
    .Services.AddSingleton<IntentStore>()
    .AddSingleton<LateFacts>()
    .AddSingleton<AppliedStore>()
    .AddSingleton<Settler>()
    .AddSingleton<Settlements>()
    .AddSingleton<EndLeads>();
builder.Services.AddSingleton<OutcomeStore>();
builder.Services.AddSingleton<ObservedUsage>().AddSingleton<Accesses>();
builder
    .Services.AddSingleton<Prober>()
    .AddSingleton<ExternalIdClaims>()
    .AddSingleton<AccountClaims>()
    .AddSingleton<AccountAccess>()
    .AddSingleton<Matcher>()
    .AddSingleton<AssignedOwners>()
    .AddSingleton<Writer>()
    .AddSingleton<LaneRound>()
    .AddSingleton<LaneTurn>()
    .AddSingleton<LaneRests>();
builder.Services.AddSingleton<RuleStore>().AddSingleton<RuleObjects>().AddSingleton<RulesFile>();
builder.Services.AddSingleton<ReadLanes>().AddSingleton<ReplayStore>();
builder
    .Services.AddSingleton<HoldStore>()
    .AddSingleton<StopStore>()
    .AddSingleton<StopEverything>()
    .AddSingleton<HeldLeads>()
    .AddSingleton<VersionFloors>();
builder
    .Services.AddSingleton<ForeseeLeads>()
    .AddSingleton<VerifyLeads>()
    .AddSingleton<TestBatchStore>()
    .AddSingleton<RunTestBatch>()
    .AddSingleton<ForgetTestBatches>()
    .AddHostedService(all => all.GetRequiredService<ForgetTestBatches>());
builder.Services.AddSingleton<HoldWatch>().AddHostedService(all => all.GetRequiredService<HoldWatch>());
builder.Services.AddSingleton<HoldExpiry>().AddHostedService(all => all.GetRequiredService<HoldExpiry>());
builder.Services.AddSingleton<LaneSweep>().AddHostedService(all => all.GetRequiredService<LaneSweep>());
builder.Services.AddHostedService<LaneWorker>().AddHostedService<OutcomeRelay>();

var app = builder.Build();
if (args is [StopEverything.StopCommand or StopEverything.ResumeCommand, ..])
{
    await app.Services.GetRequiredService<StopEverything>().RunAsync(args, Console.Out, CancellationToken.None);
    return;
}

app.MapServiceDefaults();
app.MapLanes();
app.MapHolds();
app.MapReplays();
app.MapRules();
app.MapRulesFile();
app.MapTestBatches();
app.MapApiDocument();
await app.RunServiceAsync(args);
