using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.Changes;
using LeadSync.MinimalService;

// The least that is a service of ours: what Hosting gives is tried on it, and its idle memory is what Hosting costs.
var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("minimal");
builder.AddSettings<MinimalOptions>("Minimal");
builder.AddBus(bus => bus.Add<LeadCaptured, CapturedLead, LeadCapturedConsumer>("audit.lead-captured"));
builder.AddSettingChanges();

var app = builder.Build();
app.MapServiceDefaults();
app.MapTrials();
await app.RunServiceAsync(args);
