namespace LeadSync.Bench.Houses;

/// <summary>Leads that must each be in the CRM, once.</summary>
/// <param name="emails">By which they are known there.</param>
public sealed class Expected(BenchHouse house, Arrivals arrivals, IReadOnlyCollection<string> emails)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    // Longer than a measurement can bear; what a consumer is backing off with may still come after it, so it is told what there is.
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(90);

    /// <summary>Waits until the last is there, and says when that was.</summary>
    /// <exception cref="NotDeliveredException">Nothing came for long enough to be sure that nothing will.</exception>
    public async Task<DateTimeOffset> AllThereAsync(CancellationToken stop)
    {
        var missing = emails.ToHashSet(StringComparer.Ordinal);
        using var timer = new PeriodicTimer(Look);
        var moved = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (arrivals.Look())
            {
                var before = missing.Count;
                missing.RemoveWhere(email => arrivals.At(email) is not null);
                if (missing.Count < before)
                    moved = TimeProvider.System.GetTimestamp();
            }
            if (missing.Count == 0)
                return emails.Max(email => arrivals.At(email)!.Value);
            if (TimeProvider.System.GetElapsedTime(moved) > Standstill)
                throw new NotDeliveredException(await TellAsync(missing));
            await timer.WaitForNextTickAsync(stop);
        }
    }

    /// <summary>Call it when the house is quiet: what was written twice is there by then.</summary>
    /// <exception cref="NotDeliveredException">A lead is there more than once.</exception>
    public void ShouldBeThereOnce()
    {
        arrivals.Look();
        var twice = emails.Where(email => arrivals.Times(email) > 1).ToList();
        if (twice.Count > 0)
            throw new NotDeliveredException($"{twice.Count} of {emails.Count} leads were created twice: {Some(twice)}");
    }

    private async Task<string> TellAsync(HashSet<string> missing)
    {
        var waiting = await house.AskAsync<long>(
            "Push",
            "select count(*) from lead_sync where wanted_run > done_run and parked_code is null"
        );
        var parked = await house.AskAsync<string>(
            "Push",
            """
            select string_agg(code || ': ' || leads, ', ')
              from (select parked_code as code, count(*) as leads from lead_sync
                     where parked_code is not null group by parked_code) p
            """
        );
        var due = await house.AskAsync<long>("Mapping", "select count(*) from mapping_due");
        var known = new List<string>();
        foreach (var email in missing.Order(StringComparer.Ordinal).Take(3))
            known.Add(await Whereabouts.OfAsync(house, email.Split('@')[0]));
        using var broker = new BrokerFigures(house.Broker);
        var holding = await broker.HoldingAsync();
        return $"{missing.Count} of {emails.Count} leads are not in the CRM, and nothing came for {Standstill.TotalSeconds} s: "
            + $"{Some(missing)}. In the lanes {waiting} wait, parked are {parked ?? "none"}; Mapping has {due} due; "
            + $"queues hold {(holding.Count == 0 ? "nothing" : string.Join(", ", holding))}. {string.Join(". ", known)}. "
            + $"What the services logged: {KeepLogs()}";
    }

    // They go with the house.
    private string KeepLogs()
    {
        var folder = Directory.CreateTempSubdirectory("leadsync-bench-").FullName;
        foreach (var (service, index) in house.AllServices.Select((service, index) => (service, index)))
            File.Copy(service.Log, Path.Combine(folder, $"{service.Name}-{index}.log"));
        return folder;
    }

    private static string Some(IEnumerable<string> emails) =>
        string.Join(", ", emails.Order(StringComparer.Ordinal).Take(5));
}

/// <summary>Leads were lost, or written twice: no figure, but a failure.</summary>
public sealed class NotDeliveredException(string message) : Exception(message);
