using System.Net;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Testing;

namespace LeadSync.Mapping.Tests;

public sealed class When_records_are_pulled(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>, IAsyncLifetime
{
    private const string Config = """
        sources:
          - name: import
          - name: from-crm
        mappings:
          - connection: salesforce
            object: Lead
            fields: &fields
              - { field: LastName, from: lastName }
              - { field: Company, from: company }
              - { field: Email, from: email }
              - { field: Title, from: title }
          - { connection: sandbox, object: Lead, fields: *fields }
        routes:
          - { source: import, connection: salesforce, createAs: Lead }
          - { source: from-crm, connection: salesforce, createAs: Lead, alsoImported: true }
          - { source: from-crm, connection: sandbox, createAs: Lead, alsoImported: true }
        pulls:
          - connection: salesforce
            object: Lead
            source: from-crm
            fields:
              - { from: LastName, to: lastName, wins: newest }
              - { from: Company, to: company, wins: newest }
              - { from: Email, to: email, wins: whenEmpty }
              - { from: Title, to: title, wins: crm }
              - { from: HasOptedOutOfEmail, to: optedOut, wins: optOut }
        """;

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow().AddMinutes(-1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var (status, body) = await mapping.ApplyAsync(Config);
        status.ShouldBe(200, body.GetRawText());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Ids of 18 characters; the first 15 are the record.
    private static string Id(string name) => $"00Q5g00000{name.PadRight(5, '0')[..5]}EAF";

    private PulledRecord Pulled(string id, int second, params (string Field, object? Value)[] fields) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = Now.AddSeconds(second),
            ConnectionId = mapping.ConnectionId,
            Source = "from-crm",
            Record = new KnownRecord("Lead", id),
            Fate = RecordFate.Stands,
            Fields = fields.ToDictionary(
                field => field.Field,
                field => JsonSerializer.SerializeToElement(field.Value),
                StringComparer.Ordinal
            ),
        };

    private Task PullAsync(params ReadOnlySpan<PulledRecord> records) =>
        mapping.PublishAsync(EventKinds.RecordPulled, records);

    private Task<IReadOnlyList<ImportedLead>> HearAsync(string leadId, int atLeast = 1) =>
        mapping.HearAsync<LeadImported, ImportedLead>("audit.lead-imported", lead => lead.LeadId == leadId, atLeast);

    private async Task<JsonElement> ReadAsync(string source, string leadId)
    {
        using var response = await mapping
            .Client(MappingUnderTest.Workspace, Role.Viewer)
            .GetAsync(new Uri($"/v1/leads/{source}/{leadId}", UriKind.Relative), Stop);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync(Stop));
    }

    private static string? Value(JsonElement lead, string field) =>
        lead.GetProperty("fields").TryGetProperty(field, out var value) ? value.GetProperty("value").ToString() : null;

    private Task WrittenAsync(string leadId, string recordId, long version) =>
        mapping.PublishAsync(
            EventKinds.RecordWritten,
            new WrittenRecord
            {
                EventId = Guid.CreateVersion7(),
                OccurredAt = Now,
                Source = "import",
                LeadId = leadId,
                ConnectionId = mapping.ConnectionId,
                Version = version,
                FromVersion = version,
                Outcome = WriteOutcome.Created,
                Record = new KnownRecord("Lead", recordId),
                Fields = [],
            }
        );

    // A lead captured, written to the CRM, and known to be that record.
    private async Task<string> SyncedAsync(string leadId, string email = "")
    {
        var recordId = Id(leadId);
        await mapping.CaptureAsync(
            new
            {
                source = "import",
                leadId,
                occurredAt = Now,
                fields = new
                {
                    lastName = "Lovelace",
                    company = "Engines",
                    email,
                    title = "Countess",
                },
            }
        );
        var mapped = (await mapping.HearMappedAsync(leadId))[0];
        await WrittenAsync(leadId, recordId, mapped.Version);
        await Eventually.ShouldBe(async () =>
            (await ReadAsync("import", leadId)).GetProperty("links").GetArrayLength() == 1
        );
        return recordId;
    }

    [Fact]
    public async Task An_unknown_one_becomes_a_lead_and_goes_to_the_other_connection_only()
    {
        var record = Pulled(
            Id("newly"),
            0,
            ("LastName", "Hopper"),
            ("Company", "Navy"),
            ("Email", " Grace@Navy.example")
        );

        await PullAsync(record with { Initial = true });
        await PullAsync(record with { Initial = true });

        var imported = (await HearAsync(Id("newly")))[0];
        imported.Outcome.ShouldBe(ImportOutcome.Created);
        imported.FoundBy.ShouldBe(ImportMatch.None);
        imported.Initial.ShouldBeTrue();
        imported.Fields.Keys.ShouldBe(["lastName", "company", "email"], ignoreOrder: true);
        var mapped = (await mapping.HearMappedAsync(Id("newly"))).ShouldHaveSingleItem();
        mapped.ConnectionId.ShouldBe(mapping.SandboxId, "never back to where it came from");
        mapped.Match.Email.ShouldBe("grace@navy.example");
        var lead = await ReadAsync("from-crm", Id("newly"));
        lead.GetProperty("fields")
            .GetProperty("lastName")
            .GetProperty("importedFrom")
            .GetGuid()
            .ShouldBe(mapping.ConnectionId);
        lead.GetProperty("links")[0].GetProperty("recordId").GetString().ShouldBe(Id("newly"));
    }

    [Fact]
    public async Task It_changes_the_lead_that_is_linked_to_it_by_the_rule_of_each_field_and_pushes_nothing()
    {
        var id = await SyncedAsync("linkd", "ada@engines.example");

        await PullAsync(
            Pulled(
                id,
                -10,
                ("LastName", "Too late"),
                ("Email", "other@engines.example"),
                ("Title", "Analyst"),
                ("HasOptedOutOfEmail", true)
            )
        );
        var first = (await HearAsync("linkd"))[0];
        await PullAsync(Pulled(id, 10, ("LastName", "King"), ("HasOptedOutOfEmail", false)));
        var second = (await HearAsync("linkd", atLeast: 2))[1];

        first.FoundBy.ShouldBe(ImportMatch.Record);
        first.Source.ShouldBe("import");
        first.Fields.Keys.ShouldBe(["title", "optedOut"], ignoreOrder: true);
        second.Fields.Keys.ShouldBe(["lastName"]);
        second.Version.ShouldBeGreaterThan(first.Version);
        var lead = await ReadAsync("import", "linkd");
        Value(lead, "lastName").ShouldBe("King");
        Value(lead, "email").ShouldBe("ada@engines.example");
        Value(lead, "optedOut").ShouldBe("True", "an opt-out is never taken back");
        (await mapping.HearMappedAsync("linkd")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_was_pulled_from_a_connection_does_not_go_back_to_it_with_the_next_capture()
    {
        var id = await SyncedAsync("noret", "noret@engines.example");
        await PullAsync(Pulled(id, 10, ("Title", "Analyst")));
        await HearAsync("noret");

        await mapping.CaptureAsync(
            new
            {
                source = "import",
                leadId = "noret",
                occurredAt = Now.AddSeconds(20),
                fields = new { company = "Works" },
            }
        );

        var section = (await mapping.HearMappedAsync("noret", atLeast: 2))[1].Sections[0];
        section.Fields.Select(field => field.Field).ShouldBe(["LastName", "Company", "Email"]);
    }

    [Fact]
    public async Task Our_own_write_that_comes_back_is_recognised()
    {
        var id = await SyncedAsync("echo1", "echo@engines.example");
        var echo = Pulled(id, 10, ("LastName", "Lovelace"), ("Company", "Engines"), ("Title", "Older of ours")) with
        {
            ChangedByUs = true,
        };

        await PullAsync(echo, Pulled(Id("after"), 11, ("LastName", "After it")));
        await HearAsync(Id("after"));

        (await HearAsync("echo1", atLeast: 0)).ShouldBeEmpty();
        Value(await ReadAsync("import", "echo1"), "title").ShouldBe("Countess");
    }

    [Fact]
    public async Task It_finds_a_lead_of_the_receiving_source_by_email_and_by_what_the_source_knows()
    {
        await mapping.CaptureAsync(
            new
            {
                source = "from-crm",
                leadId = "mail",
                occurredAt = Now,
                fields = new { lastName = "L", email = "Mail@engines.example" },
            },
            new
            {
                source = "import",
                leadId = "told",
                occurredAt = Now,
                fields = new { lastName = "L" },
                records = new[] { new { @object = "Lead", recordId = Id("told")[..15] } },
            }
        );
        await mapping.HearMappedAsync("mail", atLeast: 2);
        await mapping.HearMappedAsync("told");

        await PullAsync(
            Pulled(Id("mail"), 5, ("LastName", "ByMail"), ("Email", "mail@ENGINES.example")),
            Pulled(Id("told"), 5, ("LastName", "ByRecord"))
        );

        (await HearAsync("mail"))[0].FoundBy.ShouldBe(ImportMatch.Email);
        (await HearAsync("told"))[0].FoundBy.ShouldBe(ImportMatch.Record);
        (await ReadAsync("from-crm", "mail"))
            .GetProperty("links")[0]
            .GetProperty("recordId")
            .GetString()
            .ShouldBe(Id("mail"));
    }

    [Fact]
    public async Task A_converted_one_is_linked_anew_and_a_deleted_one_no_more()
    {
        var id = await SyncedAsync("conv1", "conv@engines.example");
        var contact = new KnownRecord("Contact", "0035g00000ConvEAF"[..15]);

        await PullAsync(Pulled(id, 10) with { Fate = RecordFate.Converted, BecameRecord = contact });
        var converted = (await HearAsync("conv1"))[0];
        await PullAsync(Pulled(contact.RecordId, 20) with { Record = contact, Fate = RecordFate.Deleted });
        var deleted = (await HearAsync("conv1", atLeast: 2))[1];

        (converted.Outcome, converted.Record).ShouldBe((ImportOutcome.Relinked, contact));
        (deleted.Outcome, deleted.Record).ShouldBe((ImportOutcome.Unlinked, contact));
        var lead = await ReadAsync("import", "conv1");
        lead.GetProperty("links").GetArrayLength().ShouldBe(0);
        Value(lead, "lastName").ShouldBe("Lovelace", "the lead stays");
    }

    [Fact]
    public async Task Every_fault_of_a_pull_mapping_is_told_at_once()
    {
        var (status, problem) = await mapping.ApplyAsync(
            """
            pulls:
              - connection: sandbox
                object: Lead
                source: nobody
                fields:
                  - { from: Title, to: title, wins: always }
                  - { from: A, to: $x }
                  - { from: B, to: b }
                  - { from: C, to: b }
              - { connection: nowhere, object: Lead, source: import }
            """
        );

        status.ShouldBe(422);
        problem
            .GetProperty("faults")
            .EnumerateArray()
            .Select(fault => $"{fault.GetProperty("field").GetString()} {fault.GetProperty("reason").GetString()}")
            .ShouldBe(
                [
                    "pulls[0].fields[0].wins says not what wins",
                    "pulls[0].fields[1].to is not 1 to 100 printable characters, the first of them no $",
                    "pulls[0].fields fills the lead field b twice",
                    "pulls[1].fields is missing",
                    "pulls[0].source 'nobody' is no declared source",
                    "pulls[0].connection 'sandbox' is connected for push only, and nothing is read from it",
                    "pulls[0].fields[1].from A is no field of Lead that the connected user sees",
                    "pulls[0].fields[2].from B is no field of Lead that the connected user sees",
                    "pulls[0].fields[3].from C is no field of Lead that the connected user sees",
                    "pulls[1].connection is no connection of this workspace",
                ],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task A_person_who_was_erased_does_not_come_back_by_a_pull()
    {
        var id = await SyncedAsync("erasd", "erased@engines.example");
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/v1/people")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { email = "erased@engines.example" }),
        };
        (await mapping.Client(MappingUnderTest.Workspace, Role.Manager).SendAsync(request, Stop)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );

        await PullAsync(
            Pulled(id, 30, ("LastName", "Lovelace")),
            Pulled(Id("other"), 30, ("LastName", "L"), ("Email", "erased@engines.example")),
            Pulled(Id("last1"), 30, ("LastName", "Last"))
        );
        await HearAsync(Id("last1"));

        (await HearAsync(id, atLeast: 0)).ShouldBeEmpty();
        (await HearAsync(Id("other"), atLeast: 0)).ShouldBeEmpty();
    }
}
