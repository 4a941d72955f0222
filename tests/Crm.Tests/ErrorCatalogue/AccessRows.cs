using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using static LeadSync.Crm.FailureClass;

namespace LeadSync.Crm.Tests.ErrorCatalogue;

/// <summary>Refused for who we are, or for what the org lets us do.</summary>
internal static class AccessRows
{
    private const string Policy =
        "The operation you requested isn't allowed due to a security policy in your organization.";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Row[] All { get; } =
    [
        new("INVALID_SESSION_ID", "AUTH_REVOKED", Session, Meet.Describing(EndEverySession), "again"),
        new(
            "INVALID_AUTH_HEADER",
            "AUTH_CONFIGURATION",
            Session,
            Meet.Call(salesforce =>
                salesforce.Crm.DescribeAsync(new Tokenless(salesforce.Simulator.Address), "Lead", Stop)
            )
        ),
        new(
            "API_DISABLED_FOR_ORG",
            "AUTH_CONFIGURATION",
            Session,
            Meet.Describing(salesforce => salesforce.Change(settings => settings with { ApiEnabled = false }))
        ),
        new(
            "API_CURRENTLY_DISABLED",
            "SCOPE_MISSING",
            Session,
            Meet.Describing(salesforce =>
                Meet.SetUp(salesforce, setup => Meet.With(setup, Meet.Ordinary with { ApiEnabled = false }))
            )
        ),
        // Reading the org's limits takes "View Setup and Configuration".
        new(
            "INSUFFICIENT_ACCESS",
            "INSUFFICIENT_ACCESS",
            Configuration,
            Meet.Call(salesforce =>
            {
                Meet.SetUp(salesforce, setup => Meet.With(setup, Meet.Ordinary));
                return salesforce.Crm.ReadUsageAsync(salesforce.Session, Stop);
            })
        ),
        // A bulk query reads no compound fields.
        new(
            "FUNCTIONALITY_NOT_ENABLED",
            "INSUFFICIENT_ACCESS",
            Configuration,
            Meet.Call(async salesforce =>
                await salesforce.Bulk.StartAsync(
                    salesforce.Session,
                    await salesforce.QueryAsync("Lead", "Address"),
                    Stop
                )
            )
        ),
        .. new[]
        {
            "TXN_SECURITY_NO_ACCESS",
            "TXN_SECURITY_APEX_ERROR",
            "TXN_SECURITY_END_A_SESSION",
            "TXN_SECURITY_FAIL_CLOSE",
            "TXN_SECURITY_RUNTIME_ERROR",
            "TXN_SECURITY_TWO_FA_REQUIRED",
        }.Select(code => new Row(code, "INSUFFICIENT_ACCESS", Configuration, Meet.Fault(403, code, Policy))),
        new(
            "TXN_SECURITY_METERING_ERROR",
            "CRM_UNAVAILABLE",
            Transient,
            Meet.Fault(403, "TXN_SECURITY_METERING_ERROR", "enabled transaction security policies took too long")
        ),
        new(
            "INSUFFICIENT_ACCESS_OR_READONLY",
            "INSUFFICIENT_ACCESS",
            Configuration,
            Meet.Write(async salesforce =>
            {
                Share(salesforce, "Lead", SharingModel.Read);
                var others = await salesforce.Simulator.Org.Rep.CreateAsync(
                    "Lead",
                    new
                    {
                        LastName = "Ng",
                        Company = "Acme",
                        OwnerId = salesforce.Simulator.Org.RepUserId,
                    }
                );
                return Say.Update("Lead", others);
            })
        ),
        new(
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
            "INSUFFICIENT_ACCESS",
            Configuration,
            Meet.Write(async salesforce =>
            {
                Share(salesforce, "Account", SharingModel.Private);
                var hidden = await salesforce.Simulator.Org.Rep.CreateAsync(
                    "Account",
                    new { Name = "Acme", OwnerId = salesforce.Simulator.Org.RepUserId }
                );
                return Say.Create("Contact", $$"""{"LastName":"Ng","AccountId":"{{hidden}}"}""");
            })
        ),
        new(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "INSUFFICIENT_ACCESS",
            Configuration,
            Meet.Write(salesforce =>
            {
                salesforce.Simulator.Org.SetAccess("Lead", "Title", FieldAccess.Read);
                return Say.Create("Lead", """{"LastName":"Ng","Company":"Acme","Title":"CEO"}""");
            })
        ),
    ];

    private static void EndEverySession(SimulatedSalesforce salesforce) =>
        salesforce.Simulator.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.ExpiredSession,
                Match = new FaultMatch { Kind = "describe" },
            }
        );

    private static void Share(SimulatedSalesforce salesforce, string objectName, SharingModel sharing) =>
        Meet.SetUp(
            salesforce,
            setup =>
                Meet.With(setup, Meet.Ordinary) with
                {
                    Sharing = new Dictionary<string, SharingModel>(StringComparer.Ordinal) { [objectName] = sharing },
                }
        );

    /// <summary>A session that has lost its token.</summary>
    private sealed class Tokenless(Uri address) : CrmSession
    {
        public override Uri InstanceUrl => address;
        public override string AccessToken => "";

        public override void BeforeCall() { }

        public override Task RenewAsync(string refusedToken, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
