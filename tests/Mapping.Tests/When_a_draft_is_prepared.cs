using System.Text.Json;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_draft_is_prepared(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>, IAsyncLifetime
{
    private static readonly object LastName = new { field = "LastName", from = "lastName" };
    private static readonly object Company = new { field = "Company", from = "company" };

    private string Path => $"/v1/mappings/{mapping.ConnectionId}/Lead";
    private string Draft => $"{Path}/draft";

    public async ValueTask InitializeAsync()
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);
        await mapping.AskAsync(HttpMethod.Delete, Draft);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static object Lead(string leadId) =>
        new
        {
            eventId = Guid.CreateVersion7(),
            occurredAt = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero),
            source = "import",
            leadId,
            fields = new { lastName = "Doe", company = "Acme" },
        };

    private Task<Answer> SaveAsync(object[] fields, string? ifMatch = null) =>
        mapping.AskAsync(HttpMethod.Put, Draft, new { fields }, ifMatch, Role.Integrator);

    [Fact]
    public async Task It_is_kept_with_every_fault_and_nothing_comes_into_force()
    {
        var before = await mapping.GetAsync(Path);

        var saved = await SaveAsync([LastName, new { field = "Nowhere__c", from = "x" }, new { field = "Email" }]);

        saved.Status.ShouldBe(200);
        saved.Faults.ShouldBe(
            [
                "fields[2] has neither from nor template nor constant",
                "fields[1].field Nowhere__c is no field of Lead that the connected user sees",
                "fields lacks Company, without which the CRM creates no Lead",
            ],
            ignoreOrder: true
        );
        (await mapping.GetAsync(Draft)).Body.GetProperty("draft").GetProperty("fields").GetArrayLength().ShouldBe(3);
        (await mapping.GetAsync(Path)).Tag.ShouldBe(before.Tag);
    }

    [Fact]
    public async Task A_faulty_one_is_not_published_and_stays()
    {
        await SaveAsync([LastName]);

        var published = await mapping.AskAsync(HttpMethod.Post, $"{Draft}/publish");

        published.Status.ShouldBe(422);
        published.Faults.ShouldBe(["fields lacks Company, without which the CRM creates no Lead"]);
        (await mapping.GetAsync(Draft)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Its_diff_tells_each_entry_and_how_many_leads_are_affected()
    {
        await mapping.CaptureAsync(Lead("diff-ok"), Lead("diff-waits"));
        await mapping.HearMappedAsync("diff-ok");
        await mapping.HearMappedAsync("diff-waits");
        await mapping.ExecuteAsync(
            """
            update mapped set failed_code = 'X', failed_by = 'push'
             where lead = (select id from lead where lead_id = 'diff-waits')
            """
        );
        var saved = await SaveAsync([
            LastName,
            Company,
            new
            {
                field = "email",
                from = "email",
                rule = "onlyWhenEmpty",
            },
            new { field = "Title", from = "title" },
            new
            {
                field = "LeadSource",
                constant = "Web",
                rule = "onlyWhenEmpty",
            },
        ]);

        var diff = await mapping.GetAsync($"{Draft}/diff");

        saved.Body.GetProperty("faults").GetArrayLength().ShouldBe(0);
        diff.Body.GetProperty("differences")
            .EnumerateArray()
            .Select(one => $"{one.GetProperty("change").GetString()} {one.GetProperty("entry").GetString()}")
            .ShouldBe(["changed email", "added Title", "removed Phone"], ignoreOrder: true);
        diff.Body.GetProperty("affected").GetProperty("leads").GetInt64().ShouldBeGreaterThanOrEqualTo(2);
        diff.Body.GetProperty("affected").GetProperty("takenUp").GetInt64().ShouldBe(1);
        await mapping.ExecuteAsync("update mapped set failed_code = null, failed_by = null");
    }

    [Fact]
    public async Task Published_it_is_in_force_as_the_next_version_and_the_draft_is_gone()
    {
        var before = (await mapping.GetAsync($"{Path}/versions")).Body.GetProperty("inForce").GetInt64();
        var saved = await SaveAsync([LastName, Company]);

        var published = await mapping.AskAsync(HttpMethod.Post, $"{Draft}/publish", ifMatch: saved.Tag);

        published.Status.ShouldBe(200);
        published.Body.GetProperty("version").GetInt64().ShouldBe(before + 1);
        published.Body.GetProperty("change").GetString().ShouldBe("updated");
        (await mapping.GetAsync(Path)).Body.GetProperty("fields").GetArrayLength().ShouldBe(2);
        (await mapping.GetAsync(Draft)).Status.ShouldBe(404);
        var newest = (await mapping.GetAsync($"{Path}/versions")).Body.GetProperty("versions")[0];
        newest.GetProperty("number").GetInt64().ShouldBe(before + 1);
        newest.GetProperty("change").GetString().ShouldBe("published");
        newest.GetProperty("savedBy").GetString().ShouldBe("test");
    }

    [Fact]
    public async Task It_is_not_published_over_what_another_published_meanwhile()
    {
        await SaveAsync([LastName, Company]);
        await mapping.AskAsync(
            HttpMethod.Put,
            Path,
            new { fields = new[] { LastName, Company, new { field = "Title", from = "title" } } }
        );

        var outdated = await mapping.GetAsync(Draft);
        var refused = await mapping.AskAsync(HttpMethod.Post, $"{Draft}/publish");
        await SaveAsync([LastName, Company]);
        var published = await mapping.AskAsync(HttpMethod.Post, $"{Draft}/publish");

        outdated.Body.GetProperty("outdated").GetBoolean().ShouldBeTrue();
        refused.Status.ShouldBe(412);
        refused.Code.ShouldBe("CONFLICT");
        published.Status.ShouldBe(200);
    }

    [Fact]
    public async Task It_is_neither_saved_nor_published_nor_removed_over_another_draft()
    {
        var first = await SaveAsync([LastName, Company]);
        var second = await SaveAsync([Company, LastName], first.Tag);

        var saved = await SaveAsync([LastName], first.Tag);
        var published = await mapping.AskAsync(HttpMethod.Post, $"{Draft}/publish", ifMatch: first.Tag);
        var removed = await mapping.AskAsync(HttpMethod.Delete, Draft, ifMatch: first.Tag);

        second.Status.ShouldBe(200);
        (second.Tag == first.Tag).ShouldBeFalse();
        new[] { saved.Status, published.Status, removed.Status }.ShouldBe([412, 412, 412]);
        (await mapping.GetAsync(Draft)).Tag.ShouldBe(second.Tag);
    }

    [Fact]
    public async Task While_the_CRM_is_away_it_is_kept_and_said_to_be_unchecked()
    {
        mapping.IsCrmAway = true;
        try
        {
            var saved = await SaveAsync([LastName, new { field = "Email" }]);
            var published = await mapping.AskAsync(HttpMethod.Post, $"{Draft}/publish");

            saved.Status.ShouldBe(200);
            saved.Body.GetProperty("unchecked").GetString().ShouldBe("CRM_UNAVAILABLE");
            saved.Faults.ShouldBe(["fields[1] has neither from nor template nor constant"]);
            published.Status.ShouldBe(503);
        }
        finally
        {
            mapping.IsCrmAway = false;
        }
    }

    [Fact]
    public async Task A_route_has_one_too()
    {
        var path = $"/v1/routes/import/{mapping.ConnectionId}";
        var saved = await mapping.AskAsync(
            HttpMethod.Put,
            $"{path}/draft",
            new { createAs = "Contact", enabled = false }
        );
        await mapping.AskAsync(HttpMethod.Put, $"{path}/draft", new { createAs = "Lead", enabled = false }, saved.Tag);

        var diff = await mapping.GetAsync($"{path}/draft/diff");
        await mapping.AskAsync(HttpMethod.Delete, $"{path}/draft");

        saved.Faults.ShouldBe(["createAs Contact is not mapped at 'salesforce'"]);
        var difference = diff.Body.GetProperty("differences").EnumerateArray().ShouldHaveSingleItem();
        difference.GetProperty("member").GetString().ShouldBe("enabled");
        difference.GetProperty("before").ValueKind.ShouldBe(JsonValueKind.True);
        difference.GetProperty("after").ValueKind.ShouldBe(JsonValueKind.False);
    }

    [Fact]
    public async Task What_a_route_maps_otherwise_is_compared_entry_by_entry()
    {
        var path = $"/v1/routes/import/{mapping.ConnectionId}";
        object Route(params object[] fields) =>
            new { createAs = "Lead", mapping = new[] { new { @object = "Lead", fields } } };
        (
            await mapping.AskAsync(
                HttpMethod.Put,
                path,
                Route(Company, LastName, new { field = "Title", from = "title" })
            )
        ).Status.ShouldBe(200);
        await mapping.AskAsync(
            HttpMethod.Put,
            $"{path}/draft",
            Route(
                LastName,
                Company,
                new { field = "Phone", from = "phone" },
                new { field = "title", from = "position" }
            )
        );

        var diff = await mapping.GetAsync($"{path}/draft/diff");
        await mapping.AskAsync(HttpMethod.Delete, $"{path}/draft");
        await mapping.AskAsync(HttpMethod.Put, path, new { createAs = "Lead" });

        diff.Body.GetProperty("differences")
            .EnumerateArray()
            .Select(one => $"{one.GetProperty("member")} {one.GetProperty("change")} {one.GetProperty("entry")}")
            .ShouldBe(["mapping added Lead.Phone", "mapping changed Lead.title"]);
    }

    [Fact]
    public async Task Another_workspace_has_none_of_it()
    {
        await SaveAsync([LastName, Company]);

        foreach (var path in new[] { Draft, $"{Draft}/diff", $"{Path}/versions", $"{Path}/versions/1" })
            (await mapping.GetAsync(path, "other")).Status.ShouldBe(404, path);
    }

    [Theory]
    [InlineData("""{"fields":[{"field":"Last\u0000Name"}]}""")]
    [InlineData("""{"fields":[{"field":"\ud800"}]}""")]
    [InlineData("""{"object":"Contact","fields":[]}""")]
    [InlineData("[]")]
    public async Task A_body_that_cannot_be_kept_is_refused(string body)
    {
        var answer = await mapping.AskAsync(
            HttpMethod.Put,
            Draft,
            new StringContent(body, System.Text.Encoding.UTF8, "application/json")
        );

        answer.Status.ShouldBe(400);
        answer.Code.ShouldBe("BODY_UNREADABLE");
    }
}
