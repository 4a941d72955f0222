using System.Collections.Concurrent;
using System.Net.Http.Json;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.WholeSystem.Load;

/// <summary>
/// Tenants who capture one lead a second each, as an ordinary form does, and how long each lead took from the moment it was
/// sent to its effect in the CRM, by the CRM's own journal.
/// </summary>
public sealed class SteadyLeads(House house, IReadOnlyList<Tenant> tenants)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, (Tenant Tenant, DateTimeOffset At)> _sent = new(
        StringComparer.Ordinal
    );

    /// <summary>Sends for so long, each tenant at its own moment of the second.</summary>
    /// <param name="run">Names this run in the leads' ids.</param>
    public Task SendAsync(string run, TimeSpan span) =>
        Task.WhenAll(
            tenants.Select((tenant, index) => SendAsync(tenant, run, Every * (index + 1) / tenants.Count, span))
        );

    /// <summary>The time each lead of a run took; and whose are not there yet, once for each.</summary>
    public (IReadOnlyList<(Tenant Tenant, TimeSpan Took)> There, IReadOnlyList<Tenant> Missing) Took(string run)
    {
        var arrived = house
            .Crm.Journal.After(0)
            .SelectMany(entry => entry.Effects.Where(IsLead).Select(effect => (Email: EmailOf(effect), entry.At)))
            .Where(effect => effect.Email is not null)
            .ToLookup(effect => effect.Email!, effect => effect.At, StringComparer.Ordinal);
        var ofRun = _sent.Where(lead => lead.Key.StartsWith($"{run}-", StringComparison.Ordinal)).ToList();
        var there = ofRun
            .Where(lead => arrived.Contains(Tenant.Email(lead.Key)))
            .Select(lead => (lead.Value.Tenant, arrived[Tenant.Email(lead.Key)].Min() - lead.Value.At))
            .ToList();
        return (
            there,
            [.. ofRun.Where(lead => !arrived.Contains(Tenant.Email(lead.Key))).Select(lead => lead.Value.Tenant)]
        );
    }

    private async Task SendAsync(Tenant tenant, string run, TimeSpan after, TimeSpan span)
    {
        using (var begin = new PeriodicTimer(after))
            await begin.WaitForNextTickAsync();
        using var timer = new PeriodicTimer(Every);
        var sending = new List<Task>();
        var began = TimeProvider.System.GetTimestamp();
        for (var number = 0; TimeProvider.System.GetElapsedTime(began) < span; number++)
        {
            // Not one after the other: a slow answer must not hide how slow it was by sending less.
            sending.Add(SendOneAsync(tenant, $"{run}-{tenant.Workspace}-{number}"));
            await timer.WaitForNextTickAsync();
        }
        await Task.WhenAll(sending);
    }

    private async Task SendOneAsync(Tenant tenant, string leadId)
    {
        _sent[leadId] = (tenant, TimeProvider.System.GetUtcNow());
        using var answer = await tenant.Http.PostAsJsonAsync("/v1/leads", Tenant.Lead(leadId));
        answer.IsSuccessStatusCode.ShouldBeTrue($"{(int)answer.StatusCode} for {tenant.Workspace}");
    }

    private static bool IsLead(Change effect) => effect is { Kind: ChangeKind.Created, Object: "Lead" };

    private static string? EmailOf(Change effect) =>
        effect.Fields.FirstOrDefault(field => field.Field == "Email").After as string;
}
