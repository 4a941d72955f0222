using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Tests.Preflight;

public sealed class When_an_org_is_checked(ConnectorUnderTest connector) : IClassFixture<ConnectorUnderTest>
{
    [Fact]
    public async Task Five_planted_faults_are_found_and_explained()
    {
        var (org, id) = await connector.ConnectPreparedAsync();
        org.AddField("Lead", new CustomField("Region__c", FieldType.String, "Region", Required: true));
        org.Give(
            PreparedOrg.Rights with
            {
                Objects = new Dictionary<string, ObjectAccess>(PreparedOrg.Rights.Objects, StringComparer.Ordinal)
                {
                    ["Lead"] = new(Create: true, Edit: true),
                    ["Contact"] = new(Create: true, ViewAll: true),
                },
                Fields = new Dictionary<string, FieldAccess>(StringComparer.Ordinal)
                {
                    ["Lead.Title"] = FieldAccess.Read,
                    ["Lead.Region__c"] = FieldAccess.Edit,
                },
            }
        );
        org.Setup = org.Setup with
        {
            AssignmentRules = [],
            Sharing = new Dictionary<string, SharingModel>(StringComparer.Ordinal) { ["Lead"] = SharingModel.Private },
        };

        var report = await connector.PreflightAsync(id, PreparedOrg.Request);

        report.Status.ShouldBe(PreflightStatus.Fail);
        var failed = report.Findings.Where(finding => finding.Status == PreflightStatus.Fail).ToList();
        failed
            .Select(finding => (finding.Check, finding.Subject))
            .ShouldBe(
                [
                    ("objectAccess", "Contact"),
                    ("mappedFields", "Lead.Title"),
                    ("requiredFields", "Lead.Region__c"),
                    ("sharing", "Lead"),
                    ("ownership", null),
                ],
                ignoreOrder: true
            );
        Explains("objectAccess", "Object Settings", "Contact", "tick", "Edit");
        Explains("mappedFields", "Object Manager", "Lead", "Title", "Set Field-Level Security", "Read-Only");
        Explains("requiredFields", "Region", "map", "Default Value");
        Explains("sharing", "View All and Modify All", "Object Settings");
        Explains("ownership", "Lead Assignment Rules", "Active");

        void Explains(string check, params string[] words)
        {
            var finding = failed.Single(one => one.Check == check);
            finding.Meaning.ShouldNotBeNullOrWhiteSpace();
            foreach (var word in words)
                finding.Fix.ShouldNotBeNull().ShouldContain(word, Case.Insensitive);
        }
    }

    [Fact]
    public async Task A_prepared_org_fails_nothing_in_two_calls_and_nothing_is_written()
    {
        var (org, id) = await connector.ConnectPreparedAsync();
        var calls = org.ApiCallsUsed;
        var leads = org.Records("Lead").Count;

        var report = await connector.PreflightAsync(id, PreparedOrg.Request);

        report.Findings.Where(finding => finding.Status == PreflightStatus.Fail).ShouldBeEmpty();
        org.ApiCallsUsed.ShouldBe(calls + 2);
        report.ApiCalls.ShouldBe(2);
        org.Records("Lead").Count.ShouldBe(leads);
        connector.Salesforce.Journal.Entries.ShouldNotContain(entry =>
            entry.Org == org.Name && entry.Kind == RequestKinds.Create
        );
        report
            .Findings.Select(finding => finding.Check)
            .Distinct(StringComparer.Ordinal)
            .ShouldBe([
                "whatIsCreated",
                "createOrUpdate",
                "apiAccess",
                "environment",
                "integrationUser",
                "objectAccess",
                "mappedFields",
                "requiredFields",
                "picklistValues",
                "leadStatus",
                "sharing",
                "externalId",
                "duplicateRules",
                "ownership",
                "recordTypes",
                "personAccounts",
                "allowance",
            ]);
        Title(report, "ownership").ShouldContain("New leads by region");
        Title(report, "integrationUser").ShouldContain("API Only", Case.Insensitive);
    }

    [Fact]
    public async Task A_connection_that_only_pulls_needs_only_to_read()
    {
        var (org, id) = await connector.ConnectPreparedAsync("pull");
        org.Give(
            PreparedOrg.Rights with
            {
                OtherFields = FieldAccess.Read,
                Objects = new Dictionary<string, ObjectAccess>(StringComparer.Ordinal)
                {
                    ["Lead"] = new(ViewAll: true),
                    ["Contact"] = new(ViewAll: true),
                },
            }
        );

        var report = await connector.PreflightAsync(id, PreparedOrg.Request);

        report.Findings.Where(finding => finding.Status == PreflightStatus.Fail).ShouldBeEmpty();
        report.Findings.ShouldContain(finding =>
            finding.Check == "createOrUpdate" && finding.Title.Contains("only read")
        );
    }

    [Fact]
    public async Task An_org_that_refuses_every_call_is_told_with_what_to_switch_on()
    {
        var (org, id) = await connector.ConnectPreparedAsync();
        org.Setup = org.Setup with
        {
            PermissionSets =
            [
                .. org.Setup.PermissionSets.Select(set =>
                    set.Name.Contains("API Only") ? set with { ApiEnabled = false } : set
                ),
            ],
        };

        var report = await connector.PreflightAsync(id, PreparedOrg.Request);

        var finding = report.Findings.ShouldHaveSingleItem();
        (finding.Check, finding.Status).ShouldBe(("apiAccess", PreflightStatus.Fail));
        finding.Fix.ShouldNotBeNull().ShouldContain("API Enabled");
    }

    [Fact]
    public async Task The_report_can_be_had_as_a_page_that_shows_names_as_they_are()
    {
        var (org, id) = await connector.ConnectPreparedAsync();
        org.AddField("Lead", new CustomField("Evil__c", FieldType.String, "<script>alert(1)</script>", Required: true));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/connections/{id}/preflight")
        {
            Content = JsonContent.Create(PreparedOrg.Request),
        };
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");

        var response = await connector.Integrator.SendAsync(request, Token);
        var page = await response.Content.ReadAsStringAsync(Token);

        response.Content.Headers.ContentType.ShouldBe(new MediaTypeHeaderValue("text/html", "utf-8"));
        page.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;");
        page.ShouldNotContain("<script");
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        // What has to be done stands first.
        page.IndexOf("class=\"fail\"", StringComparison.Ordinal)
            .ShouldBeLessThan(page.IndexOf("class=\"pass\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_costs_calls_so_a_viewer_may_not_run_it_and_nobody_elsewhere_finds_it()
    {
        var (_, id) = await connector.ConnectPreparedAsync();

        (
            await PostAsync(connector.Client(ConnectorUnderTest.Workspace, Role.Viewer), id, PreparedOrg.Request)
        ).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(connector.Client("globex", Role.Manager), id, PreparedOrg.Request)).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task Names_that_are_none_are_refused_before_anyone_is_asked()
    {
        var (org, id) = await connector.ConnectPreparedAsync();
        var calls = org.ApiCallsUsed;

        var response = await PostAsync(
            connector.Integrator,
            id,
            new PreflightRequest([new PreflightObject("Lead'--", []), new PreflightObject("Lead", [new("Na me")])])
        );

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await ConnectorUnderTest.JsonAsync(response)).GetProperty("faults").GetArrayLength().ShouldBe(2);
        org.ApiCallsUsed.ShouldBe(calls);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, Guid id, PreflightRequest request) =>
        client.PostAsJsonAsync($"/v1/connections/{id}/preflight", request, Token);

    private static string Title(PreflightReport report, string check) =>
        report.Findings.First(finding => finding.Check == check).Title;

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
