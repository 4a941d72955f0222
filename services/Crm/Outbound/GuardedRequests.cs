namespace LeadSync.Crm.Outbound;

/// <summary>Lets no request out to where <see cref="HostGuard"/> allows none, whoever asks for it.</summary>
/// <remarks>
/// Throws <see cref="CrmException"/> with <c>HOST_NOT_ALLOWED</c>, class <see cref="FailureClass.Session"/>: no connection was
/// opened, nothing was sent, and no call of this connection will do better until a person has looked at its address.
/// </remarks>
internal sealed class GuardedRequests(HostGuard hosts) : DelegatingHandler
{
    public const string Code = "HOST_NOT_ALLOWED";

    public static CrmFailure NotAllowed(string host, string why) =>
        new(
            Code,
            FailureClass.Session,
            "",
            $"LeadSync was to call {host}, which {why}.",
            "Check the org's address; if it is right, tell LeadSync's operator."
        );

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var address = request.RequestUri!;
        if (hosts.FaultOfRequest(address) is { } why)
            throw new CrmException(NotAllowed(address.IsAbsoluteUri ? address.IdnHost : "", why));
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        // What stops a connection from being opened arrives wrapped, and would pass for a network that is down.
        catch (HttpRequestException e) when (e.InnerException is CrmException stopped)
        {
            throw new CrmException(stopped.Failure, e);
        }
    }
}
