using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Tests;

/// <summary>The store against a real PostgreSQL, without the bus: what replicas do at the same time.</summary>
public sealed class When_consumers_take_in_the_same_leads(Stores stores) : IClassFixture<Stores>
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero);
    private static readonly string[] FieldNames = ["lastName", "company", "title"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static LeadChange Patch(string workspace, string leadId, int second, string field, string value) =>
        new LeadChange.Captured(
            workspace,
            new CapturedLead
            {
                EventId = Guid.CreateVersion7(),
                OccurredAt = Start.AddSeconds(second),
                Source = "form",
                LeadId = leadId,
                Fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
                {
                    [field] = JsonSerializer.SerializeToElement(value),
                },
            }
        );

    [Fact]
    public async Task None_waits_for_another_in_a_ring_and_the_newest_value_holds_in_the_last_version()
    {
        await stores.RouteAsync("ring");
        const int leads = 60;
        const int rounds = 12;
        var random = new Random(7);
        var batches = Enumerable
            .Range(0, rounds)
            .SelectMany(round =>
                FieldNames.Select(field =>
                    Enumerable
                        .Range(0, leads)
                        .Select(lead => Patch("ring", $"ring-{lead}", round, field, $"{field} {round}"))
                        .OrderBy(_ => random.Next())
                        .ToArray()
                )
            )
            .OrderBy(_ => random.Next())
            .ToArray();
        var work = new ConcurrentQueue<LeadChange[]>(batches);
        var said = new ConcurrentBag<MappedLead>();

        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(async _ =>
                {
                    var replica = stores.Replica();
                    while (work.TryDequeue(out var batch))
                    {
                        foreach (var (_, item) in (await replica.TakeInAsync(batch, Stop)).Mapped)
                            said.Add(item);
                    }
                })
        );

        foreach (var lead in said.GroupBy(item => item.LeadId, StringComparer.Ordinal))
        {
            var last = lead.MaxBy(item => item.Version)!;
            last.Sections[0]
                .Fields.Select(field => field.Value.GetString())
                .ShouldBe([$"lastName {rounds - 1}", $"company {rounds - 1}", $"title {rounds - 1}"]);
            // No two different states under one version.
            lead.GroupBy(item => item.Version)
                .ShouldAllBe(version =>
                    version.Select(item => JsonSerializer.Serialize(item, Wire.Json)).Distinct().Count() == 1
                );
        }
        said.Select(item => item.LeadId).Distinct(StringComparer.Ordinal).Count().ShouldBe(leads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2_000)]
    public async Task A_batch_costs_three_round_trips_whatever_its_size(int size)
    {
        var workspace = $"trip-{size}";
        await stores.RouteAsync(workspace);
        LeadChange[] Batch(int second) =>
            [
                .. Enumerable
                    .Range(0, size)
                    .Select(lead => Patch(workspace, $"trip-{size}-{lead}", second, "lastName", "L")),
            ];
        var replica = stores.Replica();
        await replica.TakeInAsync(Batch(0), Stop);
        var commands = new ConcurrentBag<string>();
        using var parent = new Activity("one batch").Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == parent.TraceId)
                    commands.Add(activity.DisplayName);
            },
        };
        ActivitySource.AddActivityListener(listener);

        var told = await replica.TakeInAsync(Batch(1), Stop);

        told.Mapped.Count.ShouldBe(size);
        // One that locks and reads, one that writes; the commit, which Npgsql does not trace, is the third.
        commands.Count.ShouldBe(2, string.Join(", ", commands));
    }

    [Fact]
    public async Task Two_that_are_due_are_claimed_by_one_each()
    {
        await stores.RouteAsync("due");
        var store = new DueStore(stores.Source, stores.Clock);
        await stores
            .Replica()
            .TakeInAsync(
                [
                    .. Enumerable
                        .Range(0, 40)
                        .Select(lead => Patch("due", $"due-{lead}", 0, "lastName", new string('x', 81))),
                ],
                Stop
            );
        await using (var connection = await stores.Source.OpenConnectionAsync(Stop))
            await connection.ExecuteAsync("update mapping_due set due_at = '2026-01-01'");

        var claims = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.ClaimAsync(15, Stop)));

        claims.SelectMany(claim => claim.Select(lead => lead.LeadId)).ShouldBeUnique();
        claims.Sum(claim => claim.Count).ShouldBe(40);
        (await store.ClaimAsync(15, Stop)).ShouldBeEmpty();
    }
}
