using LeadSync.Local.Leads;

namespace LeadSync.Local.Demo;

/// <summary>What became of a list at the door.</summary>
/// <param name="Since">Instant of the first capture: what came before belongs to earlier runs.</param>
/// <param name="Accepted">Leads of which at least one row was accepted.</param>
/// <param name="Rejected">Rows that Gateway refused.</param>
public sealed record CaptureResult(
    DateTimeOffset Since,
    int Accepted,
    IReadOnlyList<(LeadRow Row, CaptureAnswer Answer)> Rejected
);

/// <summary>Captures a list through Gateway, in portions, each row with a fresh instant so that it is news.</summary>
public sealed class LeadCapture(GatewayClient gateway, TimeProvider clock)
{
    /// <summary>The source that lists are captured as.</summary>
    public const string Source = "import";

    private const int Portion = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<CaptureResult> CaptureAsync(
        IReadOnlyList<LeadRow> leads,
        Action<int> progress,
        CancellationToken cancellationToken
    )
    {
        var since = clock.GetUtcNow();
        var accepted = new HashSet<string>(StringComparer.Ordinal);
        var rejected = new List<(LeadRow, CaptureAnswer)>();
        var answered = 0;
        foreach (var rows in leads.Chunk(Portion))
        {
            // A microsecond apart: of two rows with the same id the later one is the newer.
            var now = clock.GetUtcNow();
            var items = rows.Select(
                    (row, index) =>
                        new CaptureItem(
                            Source,
                            row.LeadId,
                            Guid.CreateVersion7(now),
                            now.AddMicroseconds(index),
                            row.Fields
                        )
                )
                .ToList();
            foreach (var answer in await SendAsync(items, cancellationToken))
            {
                if (answer.IsAccepted)
                    accepted.Add(rows[answer.Index].LeadId);
                else
                    rejected.Add((rows[answer.Index], answer));
            }
            answered += rows.Length;
            progress(answered);
        }
        return new CaptureResult(since, accepted.Count, rejected);
    }

    // The same event ids each time: what was accepted before an answer was lost counts once.
    private async Task<List<CaptureAnswer>> SendAsync(List<CaptureItem> items, CancellationToken cancellationToken)
    {
        var giveUpAt = clock.GetUtcNow() + Patience;
        while (true)
        {
            try
            {
                var answers = await gateway.CaptureAsync(items, cancellationToken).ToListAsync(cancellationToken);
                if (answers.Exists(answer => answer.IsPassing))
                    throw new GatewayBusyException(TimeSpan.FromSeconds(1));
                return answers.Count == items.Count
                    ? answers
                    : throw new HttpRequestException($"Gateway answered {answers.Count} of {items.Count} items.");
            }
            catch (GatewayBusyException busy) when (clock.GetUtcNow() < giveUpAt)
            {
                await Task.Delay(busy.RetryAfter, clock, cancellationToken);
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException && clock.GetUtcNow() < giveUpAt)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
            }
            catch (Exception fault) when (fault is GatewayBusyException or HttpRequestException or IOException)
            {
                throw new CommandException($"Gateway has accepted nothing for {Patience.TotalSeconds:0} s.");
            }
        }
    }
}
