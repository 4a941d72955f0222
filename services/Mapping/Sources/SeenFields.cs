using System.Collections.Concurrent;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting;

namespace LeadSync.Mapping.Sources;

/// <summary>What captures showed of a field since it was last stored.</summary>
public sealed record Sightings(
    FieldType? Type,
    long Count,
    long Misfits,
    string? MisfitReason,
    DateTimeOffset LastSeenAt
);

/// <summary>
/// Notes the fields that captures have and their source does not declare, so that they can be offered, and values that do
/// not fit their field's type. Noted in memory and stored every few seconds, so that taking leads in costs no round trip
/// and waits for no row that every batch would write.
/// </summary>
public sealed class SeenFields(SeenFieldStore store, TimeProvider clock, ILogger<SeenFields> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Beyond what a few seconds of honest sources bring; more only waits for the next round.
    private const int Most = 20_000;
    private ConcurrentDictionary<(string Workspace, string Source, string Field), Sightings> _seen = [];

    /// <summary>Notes what a patch shows; asks nothing of anybody.</summary>
    public void Note(string workspace, CapturedLead patch, SourceModel model, DateTimeOffset now)
    {
        foreach (var (name, value) in patch.Fields)
        {
            var declared = model.Find(name);
            var misfit = declared is null ? null : FieldTypes.Misfit(value, declared);
            if (declared is not null && misfit is null)
                continue;
            var key = (workspace, patch.Source, name);
            if (_seen.Count < Most || _seen.ContainsKey(key))
                _seen.AddOrUpdate(
                    key,
                    _ => Seen(value, misfit, now),
                    (_, before) => Merged(before, Seen(value, misfit, now))
                );
        }
    }

    private static Sightings Seen(JsonElement value, string? misfit, DateTimeOffset now) =>
        new(FieldTypes.Infer(value), 1, misfit is null ? 0 : 1, misfit, now);

    private static Sightings Merged(Sightings one, Sightings other) =>
        new(
            one.Type is { } first && other.Type is { } second ? FieldTypes.Both(first, second) : one.Type ?? other.Type,
            one.Count + other.Count,
            one.Misfits + other.Misfits,
            other.MisfitReason ?? one.MisfitReason,
            one.LastSeenAt > other.LastSeenAt ? one.LastSeenAt : other.LastSeenAt
        );

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                // At the stop too: what was noted is stored.
                await RunOnceAsync(CancellationToken.None);
            }
            catch (Exception fault)
            {
                if (Faults.IsInfrastructure(fault))
                    log.LogWarning("Storing which fields were seen: {Fault}; trying again", Faults.Name(fault));
                else
                    log.LogError("Storing which fields were seen: {Fault}", Faults.Trace(fault));
            }
        }
    }

    /// <summary>Stores what was noted since the last time.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (_seen.IsEmpty)
            return;
        var noted = Interlocked.Exchange(ref _seen, []);
        try
        {
            await store.AddAsync(noted, cancellationToken);
        }
        catch
        {
            foreach (var (key, seen) in noted)
                _seen.AddOrUpdate(key, seen, (_, since) => Merged(seen, since));
            throw;
        }
    }
}
