using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Tests;

/// <summary>A pull mapping is a setting as a mapping or a route is.</summary>
public sealed class When_a_pull_mapping_is_changed(MappingUnderTest mapping)
    : IClassFixture<MappingUnderTest>,
        IAsyncLifetime
{
    private static readonly object LastName = new { from = "LastName", to = "lastName" };

    private string Path => $"/v1/pulls/{mapping.ConnectionId}/Lead";
    private string Draft => $"{Path}/draft";

    public async ValueTask InitializeAsync()
    {
        (await mapping.ApplyAsync("sources: [{ name: from-crm }]")).Status.ShouldBe(200);
        await mapping.AskAsync(HttpMethod.Delete, Draft);
        (await SaveAsync(LastName)).Status.ShouldBe(200);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<Answer> SaveAsync(params object[] fields) => mapping.AskAsync(HttpMethod.Put, Path, Body(fields));

    private Task<Answer> DraftAsync(params object[] fields) =>
        mapping.AskAsync(HttpMethod.Put, Draft, Body(fields), role: Role.Integrator);

    private static object Body(object[] fields) => new { source = "from-crm", fields };

    [Fact]
    public async Task It_is_held_against_the_CRM()
    {
        mapping.CrmObjects["Lead"] = Schemas.Lead with
        {
            Fields = [.. Schemas.Lead.Fields, Schemas.Field("Address", "address", 0)],
        };

        var refused = await SaveAsync(
            LastName,
            new { from = "lastname", to = "a" },
            new { from = "Nowhere__c", to = "b" },
            new { from = "Address", to = "c" },
            new
            {
                from = "Title",
                to = "d",
                wins = "optOut",
            },
            new
            {
                from = "HasOptedOutOfEmail",
                to = "e",
                wins = "optOut",
            }
        );
        var nowhere = await mapping.AskAsync(
            HttpMethod.Put,
            $"/v1/pulls/{mapping.ConnectionId}/Ship__c",
            Body([LastName])
        );

        refused.Status.ShouldBe(422);
        refused.Faults.ShouldBe([
            "fields[1].from lastname is no field of Lead that the connected user sees",
            "fields[2].from Nowhere__c is no field of Lead that the connected user sees",
            "fields[3].from Address is of the type address, which is not pulled as a whole",
            "fields[4].wins is optOut, and Title (string) is no checkbox",
        ]);
        refused
            .Body.GetProperty("faults")[0]
            .GetProperty("fix")
            .GetString()
            .ShouldBe("Write it as the CRM does: LastName.");
        nowhere.Faults.ShouldBe(["object is no object that 'salesforce' has, or its user may not see it"]);
    }

    [Fact]
    public async Task Nothing_is_saved_while_the_CRM_cannot_be_asked()
    {
        mapping.IsCrmAway = true;
        try
        {
            (await SaveAsync(LastName, new { from = "Title", to = "title" })).Status.ShouldBe(503);
        }
        finally
        {
            mapping.IsCrmAway = false;
        }
        (await mapping.GetAsync(Path)).Body.GetProperty("fields").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_draft_is_compared_published_and_gone()
    {
        await mapping.CaptureAsync(
            new
            {
                source = "from-crm",
                leadId = "linked",
                occurredAt = "2026-01-31T09:00:00Z",
                fields = new { lastName = "L" },
            }
        );
        await mapping.HearFailedAsync("linked");
        await mapping.ExecuteAsync(
            """
            insert into record_link (lead, connection_id, object, record_id, version)
            select id, @ConnectionId, 'Lead', '00Q5g0000000001EAF', 1 from lead where lead_id = 'linked'
            on conflict do nothing
            """,
            new { mapping.ConnectionId }
        );

        var faulty = await DraftAsync(new { from = "Nowhere__c", to = "b" });
        var saved = await DraftAsync(
            new
            {
                from = "LastName",
                to = "lastName",
                wins = "crm",
            }
        );
        var diff = await mapping.GetAsync($"{Draft}/diff");
        var published = await mapping.AskAsync(HttpMethod.Post, $"{Draft}/publish", ifMatch: saved.Tag);

        faulty.Faults.ShouldHaveSingleItem();
        var difference = diff.Body.GetProperty("differences").EnumerateArray().ShouldHaveSingleItem();
        difference.GetProperty("entry").GetString().ShouldBe("lastName");
        difference.GetProperty("after").GetProperty("wins").GetString().ShouldBe("crm");
        // Other tests of the class may have linked leads of the source as well.
        var linked = await mapping.ScalarAsync<long>(
            "select count(distinct lead) from record_link where connection_id = @ConnectionId and object = 'Lead'",
            new { mapping.ConnectionId }
        );
        diff.Body.GetProperty("affected").GetProperty("leads").GetInt64().ShouldBe(linked);
        published.Status.ShouldBe(200, published.Body.ToString());
        (await mapping.GetAsync(Path)).Body.GetProperty("fields")[0].GetProperty("wins").GetString().ShouldBe("crm");
        (await mapping.GetAsync(Draft)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_version_is_restored_also_when_it_was_removed()
    {
        var before = await mapping.GetAsync(Path);
        await SaveAsync(LastName, new { from = "Title", to = "title" });

        var removed = await mapping.AskAsync(HttpMethod.Delete, Path);
        var gone = await mapping.GetAsync(Path);
        var restored = await mapping.AskAsync(HttpMethod.Post, $"{Path}/versions/{before.Tag!.Trim('"')}/restore");

        removed.Status.ShouldBe(204);
        gone.Status.ShouldBe(404);
        restored.Status.ShouldBe(200, restored.Body.ToString());
        var after = await mapping.GetAsync(Path);
        JsonElement.DeepEquals(after.Body, before.Body).ShouldBeTrue();
        (after.Tag == before.Tag).ShouldBeFalse();
        (await mapping.GetAsync($"{Path}/versions"))
            .Body.GetProperty("versions")[0]
            .GetProperty("restoredFrom")
            .GetRawText()
            .ShouldBe(before.Tag.Trim('"'));
    }

    [Fact]
    public async Task Removed_it_takes_no_record_in_any_more_and_somebody_is_named()
    {
        mapping.CrmObjects["Contact"] = Schemas.Lead with { Object = "Contact" };
        var other = $"/v1/pulls/{mapping.ConnectionId}/Contact";
        (await mapping.AskAsync(HttpMethod.Put, other, Body([LastName]))).Status.ShouldBe(200);
        await mapping.AskAsync(HttpMethod.Delete, Path);
        // With one that is still pulled, to see when both were looked at.
        var contact = Pulled("0035g0000000002EAF") with
        {
            Record = new KnownRecord("Contact", "0035g0000000002EAF"),
        };
        await mapping.PublishAsync(EventKinds.RecordPulled, Pulled("00Q5g0000000002EAF"), contact);
        await HearAsync("0035g0000000002EAF", atLeast: 1);
        await SaveAsync(LastName);
        await mapping.PublishAsync(EventKinds.RecordPulled, Pulled("00Q5g0000000003EAF"));

        await HearAsync("00Q5g0000000003EAF", atLeast: 1);
        (await HearAsync("00Q5g0000000002EAF", atLeast: 0)).ShouldBeEmpty();
        (
            await mapping.HearAsync<SettingChanged, ChangedSetting>(
                "audit.setting-changed",
                change => change is { Setting: "pull", Change: "removed" }
            )
        )[0]
            .Before!.Value.GetProperty("source")
            .GetString()
            .ShouldBe("from-crm");
    }

    [Fact]
    public async Task It_is_removed_by_a_manager_with_the_tag_that_is_in_force()
    {
        (await mapping.AskAsync(HttpMethod.Delete, Path, role: Role.Integrator)).Status.ShouldBe(403);
        (await mapping.AskAsync(HttpMethod.Delete, Path, ifMatch: "\"9999\"")).Status.ShouldBe(412);
        (await mapping.AskAsync(HttpMethod.Delete, Path, workspace: "other")).Status.ShouldBe(404);
        (await mapping.GetAsync(Path)).Status.ShouldBe(200);
    }

    private Task<IReadOnlyList<ImportedLead>> HearAsync(string leadId, int atLeast) =>
        mapping.HearAsync<LeadImported, ImportedLead>("audit.lead-imported", lead => lead.LeadId == leadId, atLeast);

    private PulledRecord Pulled(string id) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = TimeProvider.System.GetUtcNow(),
            ConnectionId = mapping.ConnectionId,
            Source = "from-crm",
            Record = new KnownRecord("Lead", id),
            Fate = RecordFate.Stands,
            Fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
            {
                ["LastName"] = JsonSerializer.SerializeToElement("L"),
            },
        };
}
