using System.Text.Json;
using LeadSync.Bench.Houses;
using LeadSync.WholeSystem.Load;

namespace LeadSync.Bench.Loads;

/// <summary>A way in which products send leads. What is sent is written beforehand, so that the clock does not run for that.</summary>
public abstract class WayIn
{
    /// <summary>Most leads in a list.</summary>
    protected const int InOneList = 500;

    public abstract string Name { get; }

    /// <summary>Makes leads for every tenant of a house, the same number for each.</summary>
    /// <param name="run">Names this run in the leads' ids.</param>
    public abstract Task<Sending> PrepareAsync(BenchHouse house, string run, int leads);

    protected static IEnumerable<(Tenant Tenant, IReadOnlyList<string> Ids)> Spread(
        BenchHouse house,
        string run,
        int leads
    ) =>
        house.Tenants.Select(
            (tenant, index) =>
                (
                    tenant,
                    (IReadOnlyList<string>)
                        [
                            .. Enumerable
                                .Range(0, leads)
                                .Where(number => number % house.Tenants.Count == index)
                                .Select(number => $"{run}-{number}"),
                        ]
                )
        );

    /// <summary>A list's body, as it goes over HTTP.</summary>
    protected static byte[] List(IEnumerable<string> ids) =>
        JsonSerializer.SerializeToUtf8Bytes(ids.Select(Tenant.Lead));
}

/// <param name="Emails">By which each of the leads is known in the CRM.</param>
/// <param name="SendAsync">Sends them all; ends when all are acknowledged, and says how often the door said to wait.</param>
public sealed record Sending(IReadOnlyCollection<string> Emails, Func<CancellationToken, Task<int>> SendAsync);
