using System.Net;
using System.Text.Json;
using LeadSync.Bench.Houses;
using LeadSync.WholeSystem.Load;

namespace LeadSync.Bench.Loads;

/// <summary>Posts to <c>/v1/leads</c>: in lists of 500, eight at once, or each lead alone, 64 at once; of all tenants together.</summary>
public sealed class HttpPosts(bool inLists) : WayIn
{
    public override string Name => inLists ? "lists over HTTP" : "single posts over HTTP";

    private int AtOnce => inLists ? 8 : 64;

    public override Task<Sending> PrepareAsync(BenchHouse house, string run, int leads)
    {
        var posts = new List<(int Turn, Tenant Tenant, byte[] Body)>();
        var emails = new List<string>(leads);
        foreach (var (tenant, ids) in Spread(house, run, leads))
        {
            var bodies = inLists
                ? ids.Chunk(InOneList).Select(List)
                : ids.Select(id => JsonSerializer.SerializeToUtf8Bytes(Tenant.Lead(id)));
            posts.AddRange(bodies.Select((body, turn) => (turn, tenant, body)));
            emails.AddRange(ids.Select(Tenant.Email));
        }
        // One of each tenant, then the next of each.
        var inTurn = posts.OrderBy(post => post.Turn).ToList();
        return Task.FromResult(
            new Sending(
                emails,
                async stop =>
                {
                    var waits = 0;
                    await Parallel.ForEachAsync(
                        inTurn,
                        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop },
                        async (post, one) => Interlocked.Add(ref waits, await SendAsync(post.Tenant, post.Body, one))
                    );
                    return waits;
                }
            )
        );
    }

    /// <summary>Sends until it is taken, and heeds the door's word when it says to wait; says how often it did.</summary>
    private static async Task<int> SendAsync(Tenant tenant, byte[] body, CancellationToken stop)
    {
        for (var waits = 0; ; waits++)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            using var answer = await tenant.Http.PostAsync("/v1/leads", content, stop);
            if (answer.IsSuccessStatusCode)
                return waits;
            if (answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
                throw new NotDeliveredException(
                    $"A post was answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(stop)}"
                );
            using var asTold = new PeriodicTimer(answer.Headers.RetryAfter!.Delta!.Value);
            await asTold.WaitForNextTickAsync(stop);
        }
    }
}
