using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Routes;

/// <summary>Tells Push what is not to be sent, and when it may be again.</summary>
public sealed class PushClient(HttpClient http)
{
    private const string Reason = "disabled";

    /// <summary>Holds a source's leads at a connection: when this returns, no call that carries them can start any more.</summary>
    /// <exception cref="HttpRequestException">Push does not answer; whether it holds is not known.</exception>
    public Task HoldAsync(string workspace, Guid connectionId, string source, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Put,
            $"/v1/holds/{connectionId}",
            new { reason = Reason, source },
            workspace,
            cancellationToken
        );

    /// <summary>Lifts that hold; what waits of versions before this one is discarded.</summary>
    public Task LiftAsync(
        string workspace,
        Guid connectionId,
        string source,
        long beforeVersion,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            HttpMethod.Post,
            $"/v1/holds/{connectionId}/lift",
            new
            {
                reason = Reason,
                source,
                waiting = "discard",
                beforeVersion,
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
