using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using LeadSync.Crash.Checking;

namespace LeadSync.Crash.Trials;

/// <summary>
/// A product that captures leads: whatever is not acknowledged is sent again under the same ids. Keeps the ledger of what was.
/// </summary>
public sealed class Producer(CrashHouse house, string prefix, int seed)
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<Guid, Capture> _ledger = new();
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private DateTimeOffset _last;
    private int _values;

    /// <summary>Begins the id of every lead and the address of every person.</summary>
    public string Prefix => prefix;

    /// <summary>Everything that was sent so far.</summary>
    public IReadOnlyList<Capture> Ledger => [.. _ledger.Values];

    public string Email(string workspace, int person) => $"{prefix}-{person}@{workspace}.example";

    /// <summary>A new capture of a person by a source, with values that were never sent before.</summary>
    /// <param name="isOld">It happened a minute ago and only comes in now.</param>
    public Capture Of(string workspace, string source, int person, bool isOld = false)
    {
        lock (_gate)
        {
            // Milliseconds, each once: what is newer is never in doubt.
            var now = new DateTimeOffset(
                TimeProvider.System.GetUtcNow().Ticks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond,
                TimeSpan.Zero
            );
            _last = now > _last ? now : _last.AddMilliseconds(1);
            var number = (++_values).ToString(CultureInfo.InvariantCulture);
            var values = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["LastName"] = $"Name {prefix}.{number}",
                ["Company"] = $"Company {prefix}.{number}",
            };
            if (workspace == CrashHouse.Workspace)
            {
                values["Title"] = $"Title {prefix}.{number}";
                if (_random.Next(2) == 0)
                    values["Phone"] = $"555 {prefix}.{number}";
            }
            return new Capture(
                Guid.CreateVersion7(_last),
                workspace,
                source,
                $"{prefix}-{person}",
                Email(workspace, person),
                isOld ? _last.AddMinutes(-1) : _last,
                values,
                AcknowledgedAt: null
            );
        }
    }

    /// <summary>Sends captures in lists of any length, until each is acknowledged.</summary>
    public Task SendAsync(IEnumerable<Capture> captures, CancellationToken stop)
    {
        var lists = new List<Task>();
        foreach (var workspace in captures.GroupBy(capture => capture.Workspace, StringComparer.Ordinal))
        {
            for (var rest = workspace.ToList(); rest.Count > 0; )
            {
                var list = rest[..Math.Min(rest.Count, _random.Next(3, 16))];
                rest = rest[list.Count..];
                lists.Add(SendListAsync(workspace.Key, list, _random.Next(2) == 0, stop));
            }
        }
        return Task.WhenAll(lists);
    }

    private async Task SendListAsync(string workspace, List<Capture> list, bool withKey, CancellationToken stop)
    {
        foreach (var capture in list)
            _ledger[capture.EventId] = capture;
        var key = Guid.CreateVersion7().ToString();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/leads")
            {
                Content = JsonContent.Create(list.Select(Body)),
            };
            if (withKey)
                request.Headers.Add("Idempotency-Key", key);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(TimeSpan.FromSeconds(10));
            try
            {
                using var answer = await house.ClientOf(workspace).SendAsync(request, patience.Token);
                if (answer.IsSuccessStatusCode)
                    break;
                if ((int)answer.StatusCode is >= 400 and < 500 and not 429)
                    throw new InvalidOperationException(
                        $"Capturing leads: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(stop)}"
                    );
            }
            catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException)
            {
                stop.ThrowIfCancellationRequested();
            }
            await Wall.WaitAsync(Again, stop);
        }
        var now = TimeProvider.System.GetUtcNow();
        foreach (var capture in list)
            _ledger[capture.EventId] = capture with { AcknowledgedAt = now };
    }

    private static object Body(Capture capture) =>
        new
        {
            eventId = capture.EventId,
            occurredAt = capture.OccurredAt,
            source = capture.Source,
            leadId = capture.LeadId,
            fields = capture
                .Values.ToDictionary(
                    value => char.ToLowerInvariant(value.Key[0]) + value.Key[1..],
                    value => value.Value,
                    StringComparer.Ordinal
                )
                .Append(new("email", capture.Email))
                .ToDictionary(StringComparer.Ordinal),
        };
}
