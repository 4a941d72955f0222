using LeadSync.Contracts;
using LeadSync.Mapping.Leads;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Mapping.Tests;

public sealed class When_what_stopped_leads_is_mended(MappingUnderTest mapping)
    : IClassFixture<MappingUnderTest>,
        IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow().AddMinutes(-1);

    // Each test starts from the same mapping and the same CRM.
    public async ValueTask InitializeAsync()
    {
        (mapping.IsCrmAway, mapping.IsConnectorAway) = (false, false);
        mapping.CrmObjects["Lead"] = Schemas.Lead;
        (await mapping.ApplyAsync(MappingUnderTest.Config)).Status.ShouldBe(200);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static object Item(string leadId, object fields) =>
        new
        {
            source = "import",
            leadId,
            occurredAt = Now,
            fields,
        };

    private static readonly string LongPhone = new('7', 41);

    private static string Without(string line) =>
        string.Join(
            '\n',
            MappingUnderTest.Config.Split('\n').Where(one => !one.Contains(line, StringComparison.Ordinal))
        );

    [Fact]
    public async Task What_could_not_be_mapped_goes_on_when_the_mapping_is_saved()
    {
        await mapping.CaptureAsync(
            Item(
                "parked",
                new
                {
                    lastName = "P",
                    company = "C",
                    phone = LongPhone,
                }
            )
        );
        var failed = (await mapping.HearFailedAsync("parked"))[0];

        await mapping.ApplyAsync(Without("Phone"));

        var mapped = (await mapping.HearMappedAsync("parked"))[0];
        mapped.Version.ShouldBeGreaterThan(failed.Version!.Value);
        mapped.AgainAfter.ShouldBe(failed.Code);
        await Eventually.ShouldBe(async () => await mapping.CountDueAsync("parked") == 0);
    }

    [Fact]
    public async Task What_could_not_be_mapped_goes_on_when_the_field_is_enlarged_in_the_CRM()
    {
        await mapping.CaptureAsync(
            Item(
                "enlarged",
                new
                {
                    lastName = "P",
                    company = "C",
                    phone = LongPhone,
                }
            )
        );
        await mapping.HearFailedAsync("enlarged");

        mapping.CrmObjects["Lead"] = Schemas.Lead with
        {
            Fields =
            [
                .. Schemas.Lead.Fields.Select(field => field.Name == "Phone" ? field with { Length = 50 } : field),
            ],
        };
        await mapping.ExecuteAsync("update schema_check set check_at = now()");

        await mapping.HearMappedAsync("enlarged");
    }

    [Fact]
    public async Task What_failed_for_good_at_the_CRM_is_mapped_anew_when_the_mapping_is_saved_and_not_before()
    {
        await mapping.CaptureAsync(
            Item("refused", new { lastName = "P" }),
            Item("passing", new { lastName = "P" }),
            Item("warned", new { lastName = "P" }),
            Item("fine", new { lastName = "P", company = "C" })
        );
        var mapped = (await mapping.HearMappedAsync("refused"))[0];
        var passing = (await mapping.HearMappedAsync("passing"))[0];
        var warned = (await mapping.HearMappedAsync("warned"))[0];
        await mapping.HearMappedAsync("fine");
        await mapping.PublishAsync(
            EventKinds.SyncFailed,
            Failed(mapped, false),
            Failed(passing, true),
            Failed(warned, false) with
            {
                Code = FailureCatalogue.OwnerNotAssigned.Code,
            }
        );
        await Eventually.ShouldBe(async () =>
            await mapping.ScalarAsync<string>(
                "select failed_code from mapped m join lead l on l.id = m.lead where l.lead_id = 'refused'"
            ) == "REQUIRED_FIELD_MISSING"
        );

        // The very same file changes nothing, and so takes nothing up.
        await mapping.ApplyAsync(MappingUnderTest.Config);
        (
            await mapping.Services.GetRequiredService<DueLeads>().RunOnceAsync(TestContext.Current.CancellationToken)
        ).ShouldBe(0);
        await mapping.ApplyAsync(
            MappingUnderTest.Config.Replace(
                "from: company }",
                "from: company, default: Unknown }",
                StringComparison.Ordinal
            )
        );

        var again = (await mapping.HearMappedAsync("refused", atLeast: 2))[1];
        again.Version.ShouldBeGreaterThan(mapped.Version);
        (mapped.AgainAfter, again.AgainAfter).ShouldBe((null, "REQUIRED_FIELD_MISSING"));
        again
            .Sections[0]
            .Fields.ShouldContain(field => field.Field == "Company" && field.Value.GetString() == "Unknown");
        await Eventually.ShouldBe(async () => await mapping.CountDueAsync("refused") == 0);
        (await mapping.HearMappedAsync("passing")).Count.ShouldBe(1);
        (await mapping.HearMappedAsync("warned")).Count.ShouldBe(1);
        (await mapping.HearMappedAsync("fine")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_learnt_after_the_mapping_was_mended_is_taken_up_all_the_same()
    {
        await mapping.CaptureAsync(Item("late", new { lastName = "P" }));
        var mapped = (await mapping.HearMappedAsync("late"))[0];
        await mapping.ApplyAsync(
            MappingUnderTest.Config.Replace(
                "from: company }",
                "from: company, default: Later }",
                StringComparison.Ordinal
            )
        );

        await mapping.PublishAsync(EventKinds.SyncFailed, Failed(mapped, false));

        (await mapping.HearMappedAsync("late", atLeast: 2))[1].Version.ShouldBeGreaterThan(mapped.Version);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leads_wait_for_a_schema_that_was_never_read_while_those_of_other_connections_flow(
        bool connectorToo
    )
    {
        var leadId = $"waits-{connectorToo}";
        await mapping.ApplyAsync(
            """
            sources: [{ name: both }]
            mappings:
              - { connection: sandbox, object: Lead, fields: [{ field: LastName, from: lastName }, { field: Company, from: company }] }
            routes:
              - { source: both, connection: salesforce, createAs: Lead }
              - { source: both, connection: sandbox, createAs: Lead }
            """
        );
        (mapping.IsCrmAway, mapping.IsConnectorAway) = (true, connectorToo);
        await mapping.ExecuteAsync("delete from schema_copy where connection_id = @id", new { id = mapping.SandboxId });

        await mapping.CaptureAsync(
            new
            {
                source = "both",
                leadId,
                occurredAt = Now,
                fields = new { lastName = "W", company = "C" },
            }
        );

        (await mapping.HearMappedAsync(leadId)).ShouldHaveSingleItem().ConnectionId.ShouldBe(mapping.ConnectionId);
        var failed = (await mapping.HearFailedAsync(leadId))[0];
        failed.ConnectionId.ShouldBe(mapping.SandboxId);
        failed.Code.ShouldBe("SCHEMA_UNKNOWN");
        failed.Transient.ShouldBeTrue();

        (await mapping.CountDueAsync(leadId)).ShouldBe(1);
        (mapping.IsCrmAway, mapping.IsConnectorAway) = (false, false);
        await mapping.ExecuteAsync("update schema_check set check_at = now()");

        (await mapping.HearMappedAsync(leadId, atLeast: 2))[1].ConnectionId.ShouldBe(mapping.SandboxId);
    }

    [Fact]
    public async Task The_record_a_lead_was_written_to_is_a_match_key_from_then_on()
    {
        await mapping.CaptureAsync(Item("linked", new { lastName = "P", company = "C" }));
        var mapped = (await mapping.HearMappedAsync("linked"))[0];
        await mapping.PublishAsync(
            EventKinds.RecordWritten,
            new WrittenRecord
            {
                EventId = Guid.CreateVersion7(),
                OccurredAt = Now,
                Source = mapped.Source,
                LeadId = mapped.LeadId,
                ConnectionId = mapped.ConnectionId,
                Version = mapped.Version,
                FromVersion = mapped.Version,
                Outcome = WriteOutcome.Created,
                Record = new KnownRecord("Lead", "00Q000000000001AAA"),
                Fields = [],
            }
        );
        await Eventually.ShouldBe(async () =>
            await mapping.ScalarAsync<long>(
                "select count(*) from record_link r join lead l on l.id = r.lead where l.lead_id = 'linked'"
            ) == 1
        );

        await mapping.CaptureAsync(
            new
            {
                source = "import",
                leadId = "linked",
                occurredAt = Now.AddSeconds(1),
                fields = new { company = "D" },
                records = new[] { new { @object = "Lead", recordId = "00Q000000000001" } },
            }
        );

        (await mapping.HearMappedAsync("linked", atLeast: 2))[1]
            .Match.Records.ShouldHaveSingleItem()
            .RecordId.ShouldBe("00Q000000000001AAA");
    }

    [Fact]
    public async Task A_write_of_one_of_two_records_mends_nothing_and_both_are_known()
    {
        await mapping.CaptureAsync(Item("twice", new { lastName = "P", company = "C" }));
        var mapped = (await mapping.HearMappedAsync("twice"))[0];
        await mapping.PublishAsync(EventKinds.SyncFailed, Failed(mapped, transient: false));
        await Eventually.ShouldBe(async () => await FailedCodeAsync("twice") is not null);

        await mapping.PublishAsync(
            EventKinds.RecordWritten,
            Written(mapped, "Lead", "00Q000000000003AAA", partly: true)
        );
        await Eventually.ShouldBe(async () => await LinksAsync("twice") == 1);
        (await FailedCodeAsync("twice")).ShouldNotBeNull();

        // In one message: the order of the two says nothing.
        await mapping.PublishAsync(
            EventKinds.RecordWritten,
            Written(mapped, "Lead", "00Q000000000003AAA"),
            Written(mapped, "Contact", "003000000000003AAA")
        );
        await Eventually.ShouldBe(async () => await LinksAsync("twice") == 2);
        await Eventually.ShouldBe(async () => await FailedCodeAsync("twice") is null);
    }

    private Task<string?> FailedCodeAsync(string leadId) =>
        mapping.ScalarAsync<string?>(
            $"select m.failed_code from mapped m join lead l on l.id = m.lead where l.lead_id = '{leadId}'"
        );

    private Task<long> LinksAsync(string leadId) =>
        mapping.ScalarAsync<long>(
            $"select count(*) from record_link r join lead l on l.id = r.lead where l.lead_id = '{leadId}'"
        );

    private static WrittenRecord Written(MappedLead lead, string objectName, string recordId, bool partly = false) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = Now,
            Source = lead.Source,
            LeadId = lead.LeadId,
            ConnectionId = lead.ConnectionId,
            Version = lead.Version,
            FromVersion = lead.Version,
            Outcome = WriteOutcome.Updated,
            Record = new KnownRecord(objectName, recordId),
            Partly = partly,
            Fields = [],
        };

    private static FailedSync Failed(MappedLead lead, bool transient) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = Now,
            Source = lead.Source,
            LeadId = lead.LeadId,
            ConnectionId = lead.ConnectionId,
            Version = lead.Version,
            Stage = SyncStage.Match,
            Code = "REQUIRED_FIELD_MISSING",
            Message = "Company is missing.",
            Cause = "c",
            Fix = "f",
            Transient = transient,
        };
}
