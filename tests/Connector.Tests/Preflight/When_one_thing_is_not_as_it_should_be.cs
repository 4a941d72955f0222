using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.Connector.Tests.Preflight;

/// <summary>Each check finds the one thing that was changed in an org which has everything else.</summary>
public sealed class When_one_thing_is_not_as_it_should_be(ConnectorUnderTest connector)
    : IClassFixture<ConnectorUnderTest>
{
    private static readonly Dictionary<string, Case> Cases = new(StringComparer.Ordinal)
    {
        ["a mapped field that is not there"] = new("mappedFields", PreflightStatus.Fail, "Lead.Gone__c")
        {
            Request = Mapping(new PreflightField("Gone__c")),
            Words = ["Set Field-Level Security", "Visible"],
        },
        ["a lead that may not be read"] = new("objectAccess", PreflightStatus.Fail, "Lead")
        {
            Plant = org => org.Give(Without("Lead")),
            Words = ["Object Settings", "Read"],
        },
        ["a contact that may not be created"] = new("objectAccess", PreflightStatus.Fail, "Contact")
        {
            Plant = org => org.Give(With("Contact", new ObjectAccess(Edit: true, ViewAll: true, ModifyAll: true))),
            Request = PreparedOrg.Request with { Rules = PreparedOrg.Request.Rules with { Creates = ["Contact"] } },
            Words = ["Create"],
        },
        ["a value that a restricted picklist does not offer"] = new(
            "picklistValues",
            PreflightStatus.Fail,
            "Lead.Tier__c"
        )
        {
            Plant = org =>
                org.AddField(
                    "Lead",
                    new CustomField("Tier__c", FieldType.Picklist, Values: ["Gold", "Silver"], Restricted: true)
                ),
            Request = Mapping(new PreflightField("Tier__c") { Values = ["Bronze"], AnyValue = false }),
            Words = ["Gold, Silver", "Values > New", "'Bronze'"],
        },
        ["captured values in a restricted picklist"] = new("picklistValues", PreflightStatus.Warn, "Lead.Tier__c")
        {
            Plant = org =>
                org.AddField(
                    "Lead",
                    new CustomField("Tier__c", FieldType.Picklist, Values: ["Gold", "Silver"], Restricted: true)
                ),
            Request = Mapping(new PreflightField("Tier__c")),
        },
        ["a value that an open picklist does not offer"] = new(
            "picklistValues",
            PreflightStatus.Warn,
            "Lead.LeadSource"
        )
        {
            Request = Mapping(new PreflightField("LeadSource") { Values = ["Chat"] }),
            Words = ["'Chat'", "Web"],
        },
        ["the status of a converted lead"] = new("leadStatus", PreflightStatus.Fail, "Lead.Status")
        {
            Request = Mapping(new PreflightField("Status") { Values = ["Closed - Converted"], AnyValue = false }),
        },
        ["an external id that is not there"] = new("externalId", PreflightStatus.Fail, "Lead.Person_Id__c")
        {
            Request = FoundBy("Person_Id__c"),
            Words =
            [
                "Length 255",
                "API name Person_Id__c",
                "Field Label 'Person Id'",
                "tick Unique",
                "tick External ID",
                "type Text",
            ],
        },
        ["an external id that two may have"] = new("externalId", PreflightStatus.Fail, "Lead.Person_Id__c")
        {
            Plant = org => org.AddField("Lead", new CustomField("Person_Id__c", FieldType.String, ExternalId: true)),
            Request = FoundBy("Person_Id__c"),
            Words = ["tick Unique"],
        },
        ["leads that only owners see"] = new("sharing", PreflightStatus.Fail, "Lead")
        {
            Plant = org =>
            {
                org.Give(With("Lead", new ObjectAccess(Create: true, Edit: true)));
                Share(org, "Lead", SharingModel.Private);
            },
            Words = ["View All and Modify All"],
        },
        ["leads that only owners change"] = new("sharing", PreflightStatus.Warn, "Lead")
        {
            Plant = org =>
            {
                org.Give(With("Lead", new ObjectAccess(Create: true, Edit: true)));
                Share(org, "Lead", SharingModel.Read);
            },
            Words = ["Modify All"],
        },
        ["no duplicate rule"] = new("duplicateRules", PreflightStatus.Warn, "Lead")
        {
            Plant = org => org.Setup = org.Setup with { DuplicateRules = [] },
            Words = ["Duplicate Rules > New Rule"],
        },
        ["a queue that is not there"] = new("ownership", PreflightStatus.Fail, null)
        {
            Request = Ruled(rules => rules with { Owner = "queue", Queue = "Sales North" }),
            Words = ["Queues > New", "Inbound leads"],
        },
        ["owners left alone"] = new("ownership", PreflightStatus.Warn, null)
        {
            Request = Ruled(rules => rules with { Owner = "leave" }),
        },
        ["an administrator to act as"] = new("integrationUser", PreflightStatus.Warn, "user")
        {
            Plant = org =>
                org.Setup = org.Setup with
                {
                    Users = [org.Setup.Users[0] with { Profile = "System Administrator" }, .. org.Setup.Users.Skip(1)],
                },
            Words = ["Users > New User", "API Only"],
        },
        ["record types"] = new("recordTypes", PreflightStatus.Warn, "Lead")
        {
            Plant = org =>
                org.Setup = org.Setup with
                {
                    RecordTypes = [new RecordType("Inbound", "Inbound", "Lead", IsDefault: true)],
                },
            Words = ["Profiles"],
        },
        ["country picklists"] = new("stateAndCountry", PreflightStatus.Warn, "Lead")
        {
            Plant = org => org.Setup = org.Setup with { Countries = [new Country("DE", "Germany")] },
            Request = Mapping(new PreflightField("Country")),
            Words = ["State and Country/Territory Picklists"],
        },
        ["person accounts"] = new("personAccounts", PreflightStatus.Warn, null)
        {
            Plant = org => org.Setup = org.Setup with { PersonAccounts = true },
            Words = ["Person Accounts"],
        },
        ["several currencies"] = new("currencies", PreflightStatus.Warn, "Lead")
        {
            Plant = org => org.Setup = org.Setup with { Currencies = ["EUR", "USD"] },
            Request = Mapping(new PreflightField("AnnualRevenue")),
            Words = ["CurrencyIsoCode"],
        },
        ["no route"] = new("whatIsCreated", PreflightStatus.Warn, null)
        {
            Request = Ruled(rules => rules with { Creates = [] }),
        },
        ["nothing to write"] = new("createOrUpdate", PreflightStatus.Fail, null)
        {
            Request = Ruled(rules => rules with { Creates = [], Updates = false }),
        },
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_found_and_its_mending_is_told(string name)
    {
        var planted = Cases[name];
        var (org, id) = await connector.ConnectPreparedAsync();
        planted.Plant(org);

        var report = await connector.PreflightAsync(id, planted.Request);

        var subject = planted.Subject == "user" ? org.IntegrationUserId : planted.Subject;
        var finding = report
            .Findings.Where(one => (one.Check, one.Subject, one.Status) == (planted.Check, subject, planted.Status))
            .ShouldHaveSingleItem();
        finding.Meaning.ShouldNotBeNullOrWhiteSpace();
        foreach (var word in planted.Words)
            finding.Fix.ShouldNotBeNull().ShouldContain(word);
        // And nothing else is blamed for it, but for what follows from it.
        report.Findings.Count(one => one.Status == PreflightStatus.Fail && one.Check != planted.Check).ShouldBe(0);
    }

    [Fact]
    public async Task Few_calls_left_are_told_with_the_figures()
    {
        var (_, id) = await connector.ConnectPreparedAsync(before: org =>
            org.Settings = org.Settings with { DailyApiRequests = 100 }
        );
        await connector.GrantAsync(id, calls: 60);

        var report = await connector.PreflightAsync(id, PreparedOrg.Request);

        var finding = report.Findings.Single(one => one.Check == "allowance");
        finding.Status.ShouldBe(PreflightStatus.Warn);
        finding.Title.ShouldContain("of 100 API calls");
    }

    [Fact]
    public async Task No_calls_left_are_told_as_what_is_wrong_and_the_org_is_left_alone()
    {
        var (org, id) = await connector.ConnectPreparedAsync(before: org =>
            org.Settings = org.Settings with { DailyApiRequests = 100 }
        );
        await connector.GrantAsync(id, calls: 100);
        var reserved = org.ApiCallsUsed;

        var report = await connector.PreflightAsync(id, PreparedOrg.Request);

        report.Status.ShouldBe(PreflightStatus.Fail);
        var finding = report.Findings.ShouldHaveSingleItem();
        (finding.Check, finding.Status).ShouldBe(("allowance", PreflightStatus.Fail));
        finding.Title.ShouldContain("0 of 100 API calls");
        finding.Fix.ShouldNotBeNull().ShouldContain("API Requests, Last 24 Hours");
        report.ApiCalls.ShouldBe(0);
        org.ApiCallsUsed.ShouldBe(reserved);
    }

    [Fact]
    public async Task An_allowance_that_others_have_used_up_is_told_too()
    {
        var (org, id) = await connector.ConnectPreparedAsync();
        org.Settings = org.Settings with { DailyApiRequests = 0 };

        var report = await connector.PreflightAsync(id, PreparedOrg.Request);

        report.Findings.ShouldHaveSingleItem().Check.ShouldBe("allowance");
        report.Status.ShouldBe(PreflightStatus.Fail);
    }

    [Fact]
    public async Task A_sandbox_is_told_from_production()
    {
        var (org, id) = await connector.ConnectPreparedAsync();
        var production = await connector.PreflightAsync(id, PreparedOrg.Request);
        org.Settings = org.Settings with { IsSandbox = true };

        var sandbox = await connector.PreflightAsync(id, PreparedOrg.Request);

        production.Findings.Single(one => one.Check == "environment").Title.ShouldStartWith("Production");
        sandbox.Findings.Single(one => one.Check == "environment").Title.ShouldStartWith("A sandbox");
    }

    private static PreflightRequest Mapping(PreflightField field) =>
        PreparedOrg.Request with
        {
            Objects =
            [
                .. PreparedOrg.Request.Objects.Select(mapped =>
                    mapped.Object == "Lead"
                        ? mapped with
                        {
                            Fields = [.. mapped.Fields.Where(one => one.Field != field.Field), field],
                        }
                        : mapped
                ),
            ],
        };

    private static PreflightRequest Ruled(Func<PreflightRules, PreflightRules> change) =>
        PreparedOrg.Request with
        {
            Rules = change(PreparedOrg.Request.Rules),
        };

    // Of leads only: a contact has no such field, and that would be a fault of its own.
    private static PreflightRequest FoundBy(string field) =>
        Ruled(rules => rules with { ExternalIdField = field }) with
        {
            Objects = [PreparedOrg.Request.Objects[0]],
        };

    private static PermissionSet With(string objectName, ObjectAccess access) =>
        PreparedOrg.Rights with
        {
            Objects = new Dictionary<string, ObjectAccess>(PreparedOrg.Rights.Objects, StringComparer.Ordinal)
            {
                [objectName] = access,
            },
        };

    private static PermissionSet Without(string objectName) =>
        PreparedOrg.Rights with
        {
            Objects = PreparedOrg
                .Rights.Objects.Where(one => one.Key != objectName)
                .ToDictionary(StringComparer.Ordinal),
        };

    private static void Share(Org org, string objectName, SharingModel model) =>
        org.Setup = org.Setup with
        {
            Sharing = new Dictionary<string, SharingModel>(StringComparer.Ordinal) { [objectName] = model },
        };

    private sealed record Case(string Check, PreflightStatus Status, string? Subject)
    {
        public Action<Org> Plant { get; init; } = _ => { };
        public PreflightRequest Request { get; init; } = PreparedOrg.Request;
        public IReadOnlyList<string> Words { get; init; } = [];
    }
}
