using LeadSync.Gateway;
using LeadSync.Gateway.Access;
using LeadSync.Gateway.Capture;
using LeadSync.Gateway.Config;
using LeadSync.Gateway.Forwarding;
using LeadSync.Gateway.Preflight;
using LeadSync.Gateway.TestBatches;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.Changes;
using LeadSync.Hosting.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("gateway"); // telemetry, health, database, migrations, clock, problem details
builder.AddBus(); // publishes only
builder.AddSettingChanges(); // who made or revoked a key, told to Audit
builder.AddOutsideTraces(); // a trace from outside is a link, never our parent
builder.AddAccess(); // API keys: who may come in, and as what
builder.AddCapture(); // leads and withdrawals: in here, confirmed by the broker, then answered
builder.AddForwarding(); // everything else belongs to the services behind
builder.Services.AddSingleton(ConfigOwner.All).AddSingleton<ApplyConfig>().AddSingleton<ExportConfig>(); // one file of settings, for all who keep some
builder.Services.AddSingleton<CollectTestBatch>(); // samples, mapped by one service and tried by another
builder.Services.AddSingleton<CollectPreflight>(); // what a preflight is run on, from those who keep it

var app = builder.Build();
app.UseTrustedProxies();
app.UseOutsideTraces();
app.MapServiceDefaults();
app.MapKeys();
app.MapCapture();
app.MapPreflight();
app.MapTestBatch();
app.MapConfig();
app.MapForwarding();
app.MapApiDocument(document => document.RequireKeyAtLeast(KeyRole.Viewer));
await app.RunServiceAsync(args);
