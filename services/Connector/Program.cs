using LeadSync.Connector;
using LeadSync.Connector.Budget;
using LeadSync.Connector.Connections;
using LeadSync.Connector.OAuth;
using LeadSync.Connector.Preflight;
using LeadSync.Connector.Schema;
using LeadSync.Connector.Sealing;
using LeadSync.Connector.Tokens;
using LeadSync.Crm;
using LeadSync.Hosting;
using LeadSync.Hosting.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("connector");
builder.AddSettings<ConnectorOptions>("Connector");
builder.AddSettings<OAuthOptions>("OAuth");
builder.AddServiceClient<PushClient>("Push");
builder.Services.AddCrms();
builder.Services.AddSingleton(MasterKey.Read(builder.Configuration)).AddSingleton<SealedKeyStore>();
builder.Services.AddSingleton<MasterKeyCheck>().AddHostedService(all => all.GetRequiredService<MasterKeyCheck>());
builder.Services.AddSingleton<RotateKeys>();
builder.Services.AddSingleton<Login>();
builder.Services.AddSingleton<ConnectionStore>().AddSingleton<CreateConnection>().AddSingleton<ReplaceCredentials>();
builder.Services.AddSingleton<CredentialStore>().AddSingleton<AccessTokens>().AddSingleton<GrantAccess>();
builder.Services.AddSingleton<HistoryStore>().AddSingleton<ChangeConnection>();
builder.Services.AddSingleton<Deauthorise>().AddSingleton<RemoveConnection>();
builder.Services.AddSingleton<Revocations>().AddHostedService(all => all.GetRequiredService<Revocations>());
builder.Services.AddSingleton<LiftHolds>().AddHostedService(all => all.GetRequiredService<LiftHolds>());
builder.Services.AddSingleton<SalesforceApps>().AddSingleton<PublicAddress>().AddSingleton<ConsentStore>();
builder.Services.AddSingleton<AskConsent>().AddSingleton<ReceiveCallback>().AddSingleton<ConfirmConsent>();
builder.Services.AddSingleton<EndConsent>().AddHostedService(all => all.GetRequiredService<EndConsent>());
builder.Services.AddRateLimiter(limits => limits.AddPolicy<string, PageRate>(PageRate.Name));
builder.Services.AddSingleton<ApiBudget>().AddSingleton<OrgUsage>().AddSingleton<ReadBudget>();
builder
    .Services.AddSingleton<SchemaStore>()
    .AddSingleton<ReadSchema>()
    .AddSingleton<LookUpRecords>()
    .AddSingleton<QueueStore>()
    .AddSingleton<ReadQueues>();
builder.Services.AddSingleton<ReadOrgFacts>().AddSingleton<RunPreflight>();
builder.Services.AddSingleton<Probe>().AddHostedService(provider => provider.GetRequiredService<Probe>());

var app = builder.Build();
if (args is [RotateKeys.Command, ..])
    return await app.Services.GetRequiredService<RotateKeys>().RunAsync(Console.Out, CancellationToken.None);

app.MapServiceDefaults();
app.UseRateLimiter();
app.MapConnections();
app.MapHistory();
app.MapConsents();
app.MapPages();
app.MapGrants();
app.MapSchema();
app.MapLookUps();
app.MapQueues();
app.MapBudget();
app.MapPreflight();
app.MapApiDocument();
await app.RunServiceAsync(args);
return 0;

/// <summary>Seen by tests, which start the service in their own process.</summary>
public partial class Program;
