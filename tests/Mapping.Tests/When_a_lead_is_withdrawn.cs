namespace LeadSync.Mapping.Tests;

public sealed class When_a_lead_is_withdrawn(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>, IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow().AddMinutes(-1);

    public async ValueTask InitializeAsync() =>
        (await mapping.ApplyAsync(MappingUnderTest.Config)).Status.ShouldBe(200);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static object Item(string leadId, int second, object? fields = null) =>
        new
        {
            source = "import",
            leadId,
            occurredAt = Now.AddSeconds(second),
            fields,
        };

    [Fact]
    public async Task Its_values_are_dropped_and_nothing_is_wanted_any_more()
    {
        await mapping.CaptureAsync(
            Item(
                "gone",
                1,
                new
                {
                    lastName = "Gone",
                    company = "C",
                    email = "gone@c.example",
                }
            )
        );
        var mapped = (await mapping.HearMappedAsync("gone"))[0];

        await mapping.WithdrawAsync(Item("gone", 2));

        var withdrawn = (await mapping.HearMappedAsync("gone", atLeast: 2))[1];
        withdrawn.Withdrawn.ShouldBeTrue();
        withdrawn.Sections.ShouldBeEmpty();
        withdrawn.ConnectionId.ShouldBe(mapping.ConnectionId);
        withdrawn.Version.ShouldBeGreaterThan(mapped.Version);
        (
            await mapping.ScalarAsync<string>(
                "select state::text || coalesce(email, '') from lead where lead_id = 'gone'"
            )
        )!.ShouldNotContain("gone", Case.Insensitive);
    }

    [Fact]
    public async Task A_patch_from_before_stays_dropped_and_one_from_after_revives_it_alone()
    {
        await mapping.CaptureAsync(
            Item(
                "back",
                1,
                new
                {
                    lastName = "Old",
                    company = "Old",
                    phone = "1",
                }
            )
        );
        await mapping.HearMappedAsync("back");
        await mapping.WithdrawAsync(Item("back", 3));
        var withdrawn = (await mapping.HearMappedAsync("back", atLeast: 2))[1];

        await mapping.CaptureAsync(Item("back", 2, new { lastName = "Late" }));
        var still = (await mapping.HearMappedAsync("back", atLeast: 3))[2];
        await mapping.CaptureAsync(Item("back", 4, new { lastName = "New", company = "New" }));
        var revived = (await mapping.HearMappedAsync("back", atLeast: 4))[3];

        still.EventId.ShouldBe(withdrawn.EventId);
        still.Withdrawn.ShouldBeTrue();
        revived.Withdrawn.ShouldBeFalse();
        revived.Version.ShouldBeGreaterThan(withdrawn.Version);
        revived
            .Sections[0]
            .Fields.Select(field => (field.Field, field.Value.GetString()))
            .ShouldBe([("LastName", "New"), ("Company", "New"), ("LeadSource", "Web")]);
    }

    [Fact]
    public async Task One_never_seen_leaves_a_tombstone_that_older_patches_meet()
    {
        await mapping.WithdrawAsync(Item("unseen", 2));
        await Testing.Eventually.ShouldBe(async () =>
            await mapping.ScalarAsync<long>("select count(*) from lead where lead_id = 'unseen' and withdrawn") == 1
        );

        await mapping.CaptureAsync(Item("unseen", 1, new { lastName = "Late" }));
        await mapping.HearCapturedAsync("unseen");

        (await mapping.ScalarAsync<bool>("select withdrawn from lead where lead_id = 'unseen'")).ShouldBeTrue();
        (await mapping.ScalarAsync<string>("select state::text from lead where lead_id = 'unseen'"))!.ShouldNotContain(
            "Late"
        );
    }
}
