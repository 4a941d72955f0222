using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Connections;

/// <summary>Tells Push what must not be written to, and when it may be again.</summary>
public sealed class PushClient(HttpClient http)
{
    /// <summary>Holds a connection: when this returns, no call to its CRM can start any more.</summary>
    /// <param name="discard">Whether what waits is discarded at once.</param>
    /// <exception cref="HttpRequestException">Push does not answer; whether it holds is not known.</exception>
    public Task HoldAsync(
        string workspace,
        Guid connectionId,
        string reason,
        bool discard,
        CancellationToken cancellationToken
    ) => SendAsync(HttpMethod.Put, $"/v1/holds/{connectionId}", new { reason, discard }, workspace, cancellationToken);

    /// <summary>Lifts a hold; what waits is sent or discarded.</summary>
    public Task LiftAsync(
        string workspace,
        Guid connectionId,
        string reason,
        string waiting,
        bool forgetRecords,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            HttpMethod.Post,
            $"/v1/holds/{connectionId}/lift",
            new
            {
                reason,
                waiting,
                forgetRecords,
            },
            workspace,
            cancellationToken
        );

    private async Task SendAsync<T>(
        HttpMethod method,
        string path,
        T body,
        string workspace,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) }.ForWorkspace(
            workspace
        );
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}

/// <summary>Why Push holds a connection.</summary>
public static class HoldReason
{
    public const string Deauthorised = "deauthorised";
    public const string Removed = "removed";
    public const string PullOnly = "pullOnly";
}

/// <summary>What becomes of leads that waited while a connection was held.</summary>
public static class Waiting
{
    public const string Send = "send";
    public const string Discard = "discard";
}
