using System.Net.Http.Json;
using LeadSync.Bench.Houses;
using LeadSync.WholeSystem.Load;

namespace LeadSync.Bench.Loads;

/// <summary>
/// Single posts at a steady rate, each at its moment whether or not those before it were answered: a system that is slow gets no
/// less to do, and time that a post had to wait for its turn counts as the system's.
/// </summary>
public sealed class SteadyPosts(IReadOnlyList<Tenant> tenants)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    /// <param name="run">Names this run in the leads' ids.</param>
    /// <param name="rate">Leads a second, of all tenants together, who take turns.</param>
    public async Task<IReadOnlyList<SentLead>> SendAsync(string run, double rate, TimeSpan span, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Tick);
        var clock = TimeProvider.System;
        var (began, at) = (clock.GetTimestamp(), clock.GetUtcNow());
        var sending = new List<Task<SentLead>>();
        var leads = (int)(rate * span.TotalSeconds);
        while (sending.Count < leads)
        {
            for (
                var due = Math.Min(leads, (int)(rate * clock.GetElapsedTime(began).TotalSeconds) + 1);
                sending.Count < due;

            )
            {
                var number = sending.Count;
                sending.Add(
                    SendAsync(
                        tenants[number % tenants.Count],
                        $"{run}-{number}",
                        at + TimeSpan.FromSeconds(number / rate),
                        stop
                    )
                );
            }
            await timer.WaitForNextTickAsync(stop);
        }
        return await Task.WhenAll(sending);
    }

    private static async Task<SentLead> SendAsync(
        Tenant tenant,
        string leadId,
        DateTimeOffset due,
        CancellationToken stop
    )
    {
        using var answer = await tenant.Http.PostAsJsonAsync("/v1/leads", Tenant.Lead(leadId), stop);
        return answer.IsSuccessStatusCode
            ? new SentLead(tenant, leadId, due, TimeProvider.System.GetUtcNow())
            : throw new NotDeliveredException(
                $"A post was answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(stop)}"
            );
    }
}

/// <param name="Due">When it was its turn to be sent.</param>
/// <param name="Accepted">When Gateway had answered.</param>
public sealed record SentLead(Tenant Tenant, string LeadId, DateTimeOffset Due, DateTimeOffset Accepted)
{
    public string Email => Tenant.Email(LeadId);
}
