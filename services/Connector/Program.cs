using LeadSync.Connector;
using LeadSync.Connector.Budget;
using LeadSync.Connector.Connections;
using LeadSync.Connector.Schema;
using LeadSync.Connector.Sealing;
using LeadSync.Connector.Tokens;
using LeadSync.Crm;
using LeadSync.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("connector");
builder.AddSettings<ConnectorOptions>("Connector");
builder.Services.AddCrms();
builder.Services.AddSingleton(MasterKey.Read(builder.Configuration)).AddSingleton<SealedKeyStore>();
builder.Services.AddSingleton<MasterKeyCheck>().AddHostedService(all => all.GetRequiredService<MasterKeyCheck>());
builder.Services.AddSingleton<RotateKeys>();
builder.Services.AddSingleton<Login>();
builder.Services.AddSingleton<ConnectionStore>().AddSingleton<CreateConnection>().AddSingleton<ReplaceCredentials>();
builder.Services.AddSingleton<CredentialStore>().AddSingleton<AccessTokens>().AddSingleton<GrantAccess>();
builder.Services.AddSingleton<ApiBudget>().AddSingleton<OrgUsage>().AddSingleton<ReadBudget>();
builder.Services.AddSingleton<SchemaStore>().AddSingleton<ReadSchema>();
builder.Services.AddSingleton<Probe>().AddHostedService(provider => provider.GetRequiredService<Probe>());

var app = builder.Build();
if (args is [RotateKeys.Command, ..])
    return await app.Services.GetRequiredService<RotateKeys>().RunAsync(Console.Out, CancellationToken.None);

app.MapServiceDefaults();
app.MapConnections();
app.MapGrants();
app.MapSchema();
app.MapBudget();
await app.RunServiceAsync(args);
return 0;

/// <summary>Seen by tests, which start the service in their own process.</summary>
public partial class Program;
