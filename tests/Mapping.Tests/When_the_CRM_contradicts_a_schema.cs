using LeadSync.Contracts;
using LeadSync.Mapping.Connections;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Mapping.Tests;

public sealed class When_the_CRM_contradicts_a_schema(MappingUnderTest mapping)
    : IClassFixture<MappingUnderTest>,
        IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        mapping.IsCrmAway = false;
        mapping.SchemasReadAt = null;
        mapping.CrmObjects["Lead"] = Schemas.Lead;
        (await mapping.ApplyAsync(MappingUnderTest.Config)).Status.ShouldBe(200);
        await mapping.ExecuteAsync(
            "update schema_check set doubted_at = null, attempt = 0, check_at = now() + interval '1 hour'"
        );
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Connector_is_told_since_when_it_is_in_doubt()
    {
        mapping.IsCrmAway = true;
        await RefuseAsync();
        await Eventually.ShouldBe(IsDoubtedAsync);
        var doubtedAt = await mapping.ScalarAsync<DateTimeOffset>("select doubted_at from schema_check");

        mapping.IsCrmAway = false;
        await CheckNowAsync();

        await Eventually.ShouldBe(async () => !await IsDoubtedAsync());
        mapping.Doubts.ShouldContain(("Lead", doubtedAt));
    }

    [Fact]
    public async Task A_description_from_before_the_doubt_does_not_settle_it()
    {
        mapping.SchemasReadAt = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        mapping.CrmObjects["Lead"] = Schemas.Lead with { Label = "from before" };
        var told = mapping.Doubts.Count;
        await RefuseAsync();
        await Eventually.ShouldBe(IsDoubtedAsync);
        await CheckNowAsync();
        // Once it is asked again, what came of the first time is known.
        await Eventually.ShouldBe(() => mapping.Doubts.Count > told + 1);

        (await IsDoubtedAsync()).ShouldBeTrue();
        (await LabelAsync()).ShouldBe(Schemas.Lead.Label);
        mapping.SchemasReadAt = null;
        mapping.CrmObjects["Lead"] = Schemas.Lead with { Label = "from after" };

        await Eventually.ShouldBe(async () => await LabelAsync() == "from after");
        (await IsDoubtedAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_doubt_that_comes_while_a_description_is_read_outlives_it()
    {
        // Nothing else settles it meanwhile.
        mapping.IsCrmAway = true;
        var copies = mapping.Services.GetRequiredService<SchemaCopies>();
        var begun = new SchemaToCheck(MappingUnderTest.Workspace, mapping.ConnectionId, "Lead", 1, DoubtedAt: null);

        await copies.CheckSoonAsync([(MappingUnderTest.Workspace, mapping.ConnectionId)], Stop);
        await copies.KeepAsync(begun, Schemas.Lead, TimeSpan.FromHours(1), Stop);

        (await IsDoubtedAsync()).ShouldBeTrue();
        (await mapping.ScalarAsync<bool>("select check_at < now() + interval '10 minutes' from schema_check")).ShouldBe(
            true
        );
    }

    private Task RefuseAsync() =>
        mapping.PublishAsync(
            EventKinds.SyncFailed,
            new FailedSync
            {
                EventId = Guid.CreateVersion7(),
                OccurredAt = TimeProvider.System.GetUtcNow(),
                Source = "import",
                LeadId = "refused",
                ConnectionId = mapping.ConnectionId,
                Version = 1,
                Stage = SyncStage.Write,
                Code = FailureCatalogue.SchemaChanged.Code,
                Message = "No such column 'Gone__c' on entity 'Lead'.",
                Cause = "c",
                Fix = "f",
                Transient = false,
            }
        );

    private Task CheckNowAsync() => mapping.ExecuteAsync("update schema_check set check_at = now()");

    private Task<bool> IsDoubtedAsync() =>
        mapping.ScalarAsync<bool>("select exists (select from schema_check where doubted_at is not null)");

    private Task<string?> LabelAsync() => mapping.ScalarAsync<string>("select schema ->> 'label' from schema_copy");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
