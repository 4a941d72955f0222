using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Mapping.Tests;

/// <summary>
/// Many leads, each in a message of its own, through broker and database. <c>LEADSYNC_LEADS=10000</c> with
/// <c>--diagnostic</c> measures the rate.
/// </summary>
public sealed class When_leads_are_captured_singly(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>
{
    private static readonly int Leads = Environment.GetEnvironmentVariable("LEADSYNC_LEADS") is { Length: > 0 } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : 2_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_costs_at_most_three_round_trips()
    {
        (await mapping.ApplyAsync(MappingUnderTest.Config)).Status.ShouldBe(200);
        // By the span of the batch: how many commands its transaction ran. The commit, which Npgsql does not trace, is one more.
        var batches = new ConcurrentDictionary<string, ConcurrentQueue<string>>(StringComparer.Ordinal);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or "LeadSync",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.Source.Name == "LeadSync" && activity.OperationName == "take in captures")
                    batches.TryAdd(activity.SpanId.ToHexString(), []);
                else if (activity is { Source.Name: "Npgsql", Parent.OperationName: "take in captures" })
                    batches.GetOrAdd(activity.ParentSpanId.ToHexString(), _ => []).Enqueue(activity.DisplayName);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var occurredAt = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        var started = Stopwatch.GetTimestamp();

        var publisher = mapping.Services.GetRequiredService<Publisher>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Leads),
            new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Stop },
            async (number, stop) =>
                await publisher.PublishAsync(
                    EventKinds.Capture,
                    MappingUnderTest.Workspace,
                    [
                        new CapturedLead
                        {
                            EventId = Guid.CreateVersion7(),
                            OccurredAt = occurredAt,
                            Source = "import",
                            LeadId = $"single-{number}",
                            Fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
                            {
                                ["lastName"] = JsonSerializer.SerializeToElement($"L{number}"),
                                ["company"] = JsonSerializer.SerializeToElement("C"),
                                ["email"] = JsonSerializer.SerializeToElement($"l{number}@c.example"),
                            },
                        },
                    ],
                    stop
                )
        );
        await Eventually.ShouldBe(
            async () =>
                await mapping.ScalarAsync<long>(
                    "select count(*) from mapped m join lead l on l.id = m.lead where l.lead_id like 'single-%'"
                ) == Leads,
            $"{Leads} leads mapped",
            within: TimeSpan.FromMinutes(3)
        );

        var rate = Leads / Stopwatch.GetElapsedTime(started).TotalSeconds;
        TestContext.Current.SendDiagnosticMessage(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Leads} leads in {batches.Count} batches, {rate:0} a second, publishing included"
            )
        );
        batches.Count.ShouldBeGreaterThan(0);
        var longest = batches.Values.MaxBy(commands => commands.Count)!;
        longest.Count.ShouldBeLessThanOrEqualTo(2, string.Join(", ", longest));
    }
}
