using System.Text.Json.Nodes;
using LeadSync.CrmSimulator.Faults;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>Sends an answer's body, or what a fault leaves of it.</summary>
internal static class BodyWriter
{
    private const int Pieces = 10;

    public static async Task WriteAsync(HttpContext context, FaultRule? fault, ApiAnswer answer, TimeProvider clock)
    {
        var (response, body) = (context.Response, answer.Body);
        if (body.IsEmpty)
            return;
        if (fault?.Kind == FaultKind.PartialResults)
            body = FirstHalf(body);
        if (fault?.Kind == FaultKind.WrongContentLength)
            body = body[..(body.Length / 2)];
        response.ContentType = answer.ContentType;
        response.ContentLength = body.Length;
        switch (fault?.Kind)
        {
            case FaultKind.TruncateBody:
                await response.Body.WriteAsync(body[..(body.Length / 2)]);
                await response.Body.FlushAsync();
                context.Abort();
                break;
            case FaultKind.SlowDrip:
                await DripAsync(response, body, TimeSpan.FromMilliseconds(fault.DelayMilliseconds), clock);
                break;
            default:
                await response.Body.WriteAsync(body);
                break;
        }
    }

    private static async Task DripAsync(
        HttpResponse response,
        ReadOnlyMemory<byte> body,
        TimeSpan delay,
        TimeProvider clock
    )
    {
        var piece = Math.Max(1, (body.Length + Pieces - 1) / Pieces);
        for (var from = 0; from < body.Length; from += piece)
        {
            if (from > 0 && delay > TimeSpan.Zero)
                await Task.Delay(delay, clock, CancellationToken.None);
            await response.Body.WriteAsync(body[from..Math.Min(body.Length, from + piece)]);
            await response.Body.FlushAsync();
        }
    }

    /// <summary>Of a list, a composite's parts or a query's records the first half; anything else as it is.</summary>
    private static ReadOnlyMemory<byte> FirstHalf(ReadOnlyMemory<byte> body)
    {
        var root = JsonNode.Parse(body.Span);
        var list = root as JsonArray ?? root?["compositeResponse"] as JsonArray ?? root?["records"] as JsonArray;
        if (list is null)
            return body;
        for (var left = list.Count / 2; list.Count > left; )
            list.RemoveAt(list.Count - 1);
        return System.Text.Encoding.UTF8.GetBytes(root!.ToJsonString());
    }
}
