using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.Crm.Tests.ErrorCatalogue;

/// <summary>
/// Ways to meet a refusal: by doing at the simulator what leads to it, and only where no data and no set-up does, by a fault
/// of its that says it. Either way the request goes out as in production and the answer comes from the simulator.
/// </summary>
internal static class Meet
{
    /// <summary>A call that is refused as a whole.</summary>
    public static Func<Task<CrmFailure>> Call(Func<SimulatedSalesforce, Task> call) =>
        async () =>
        {
            await using var salesforce = await SimulatedSalesforce.StartAsync();
            return (await Should.ThrowAsync<CrmException>(() => call(salesforce))).Failure;
        };

    /// <summary>Any call, as a description, of an org in which something is not as it should be.</summary>
    public static Func<Task<CrmFailure>> Describing(Action<SimulatedSalesforce> arrange) =>
        Call(salesforce =>
        {
            arrange(salesforce);
            return DescribeAsync(salesforce);
        });

    /// <summary>A call that the simulator refuses by a fault, since nothing that is set up or sent leads to it.</summary>
    /// <param name="kind">Which requests it strikes.</param>
    public static Func<Task<CrmFailure>> Fault(
        int status,
        string code,
        string message,
        string kind,
        Func<SimulatedSalesforce, Task> call
    ) =>
        Call(async salesforce =>
        {
            Put(salesforce, status, code, message, kind);
            await call(salesforce);
        });

    public static Func<Task<CrmFailure>> Fault(int status, string code, string message) =>
        Fault(status, code, message, RequestKinds.Describe, DescribeAsync);

    /// <summary>A write whose whole call the simulator refuses by a fault.</summary>
    public static Func<Task<CrmFailure>> FaultOfWrite(int status, string code, string message) =>
        Call(async salesforce =>
        {
            Put(salesforce, status, code, message, RequestKinds.Write);
            await salesforce.Crm.WriteAsync(
                salesforce.Session,
                [Say.Create("Lead")],
                TestContext.Current.CancellationToken
            );
        });

    /// <summary>A record that is refused while its call goes through.</summary>
    /// <param name="arrange">Brings about why, and gives what to write.</param>
    public static Func<Task<CrmFailure>> Write(Func<SimulatedSalesforce, Task<RecordWrite>> arrange) =>
        async () =>
        {
            await using var salesforce = await SimulatedSalesforce.StartAsync();
            var write = await arrange(salesforce);
            var report = await salesforce.Crm.WriteAsync(
                salesforce.Session,
                [write],
                TestContext.Current.CancellationToken
            );
            return report.Results.Single().Failure.ShouldNotBeNull();
        };

    public static Func<Task<CrmFailure>> Write(Func<SimulatedSalesforce, RecordWrite> arrange) =>
        Write(salesforce => Task.FromResult(arrange(salesforce)));

    /// <summary>A Lead with these values.</summary>
    public static Func<Task<CrmFailure>> Lead(string fields) => Write(_ => Say.Create("Lead", fields));

    /// <summary>A Lead in an org that is set up like this.</summary>
    public static Func<Task<CrmFailure>> Lead(
        Func<OrgSetup, OrgSetup> setup,
        string fields = """{"LastName":"Ng","Company":"Acme"}"""
    ) =>
        Write(salesforce =>
        {
            SetUp(salesforce, setup);
            return Say.Create("Lead", fields);
        });

    /// <summary>The update of a Lead to which something has happened since.</summary>
    public static Func<Task<CrmFailure>> ChangedLead(Func<Rep, string, Task> befall) =>
        Write(async salesforce =>
        {
            var id = (await salesforce.CreateLeadsAsync(1)).Single();
            await befall(salesforce.Simulator.Org.Rep, id);
            return Say.Update("Lead", id);
        });

    /// <summary>A record that a fault of the simulator refuses.</summary>
    public static Func<Task<CrmFailure>> FaultOfRecord(string code, string message, params string[] fields) =>
        Write(salesforce =>
        {
            salesforce.Simulator.Faults.Put(
                new FaultRule
                {
                    Kind = FaultKind.RecordError,
                    Code = code,
                    Message = message,
                    Fields = fields,
                }
            );
            return Say.Create("Lead");
        });

    public static void SetUp(SimulatedSalesforce salesforce, Func<OrgSetup, OrgSetup> change) =>
        salesforce.Simulator.Org.Setup = change(salesforce.Simulator.Org.Setup);

    /// <summary>Takes the administrator's rights from the integration user; what is left is in <paramref name="profile"/>.</summary>
    public static OrgSetup With(OrgSetup setup, PermissionSet profile) =>
        setup with
        {
            PermissionSets = [.. setup.PermissionSets, profile],
            Users = [setup.Users[0] with { Profile = profile.Name }, .. setup.Users.Skip(1)],
        };

    /// <summary>Every object, but no records of others beyond what sharing opens.</summary>
    public static PermissionSet Ordinary { get; } =
        new()
        {
            Name = "Integration",
            IsProfile = true,
            ApiEnabled = true,
            EveryObject = true,
        };

    private static Task DescribeAsync(SimulatedSalesforce salesforce) =>
        salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", TestContext.Current.CancellationToken);

    private static void Put(SimulatedSalesforce salesforce, int status, string code, string message, string kind) =>
        salesforce.Simulator.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.CallError,
                Match = new FaultMatch { Kind = kind },
                Status = status,
                Code = code,
                Message = message,
            }
        );
}
