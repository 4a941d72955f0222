using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_jsforce_is_the_client
{
    private const string Callback = "https://app.example/oauth/callback";

    [Fact]
    public async Task It_works_as_with_the_real_crm()
    {
        await using var simulator = await Simulator.StartAsync();
        var org = simulator.Org;
        org.PutApp(org.Apps[0] with { CallbackUrls = [Callback], PkceRequired = true });
        org.AddField("Lead", new("Ext__c", Data.FieldType.String, ExternalId: true, Unique: true));
        // Its bulk query cannot read a second page of results (it ends its stream with the first): those are tested elsewhere.
        org.Settings = org.Settings with
        {
            QueryPageSize = 2,
            SearchIndexLag = TimeSpan.Zero,
        };

        var (exitCode, output) = await Jsforce.RunAsync(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["SIMULATOR"] = simulator.Address.GetLeftPart(UriPartial.Authority),
                ["CLIENT_ID"] = org.ClientId,
                ["CLIENT_SECRET"] = org.ClientSecret,
                ["CALLBACK"] = Callback,
                ["USERNAME_OF_USER"] = "rep@demo.example",
            },
            TestContext.Current.CancellationToken
        );

        exitCode.ShouldBe(0, output);
        string[] kinds =
        [
            RequestKinds.Token,
            RequestKinds.Describe,
            RequestKinds.QueryMore,
            RequestKinds.Upsert,
            RequestKinds.Collections,
            RequestKinds.Composite,
            RequestKinds.BulkIngest,
            RequestKinds.BulkQuery,
            RequestKinds.BulkResults,
        ];
        kinds.Except(simulator.Journal.Entries.Select(entry => entry.Kind), StringComparer.Ordinal).ShouldBeEmpty();
        org.Records("Lead")
            .Count(lead => ((string)lead["LastName"]!).StartsWith("Bulk", StringComparison.Ordinal))
            .ShouldBe(2);
    }
}
