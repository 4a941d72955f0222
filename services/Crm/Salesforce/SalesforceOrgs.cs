namespace LeadSync.Crm.Salesforce;

/// <summary>Which org a session belongs to and whose it is, in words that a person knows them by.</summary>
/// <param name="OrgId">As a long id.</param>
/// <param name="Name">The org's name as its company information has it.</param>
/// <param name="IsSandbox">By the org's own record: the host that one logged in at proves nothing.</param>
/// <param name="Username">The login name of the user we act as.</param>
public sealed record SalesforceOrg(string OrgId, string Name, bool IsSandbox, string Username);

/// <summary>Reads who an org is, before anything is stored of it. Two API calls.</summary>
public sealed class SalesforceOrgs(HttpClient http, SalesforceOptions options, TimeProvider clock)
{
    private readonly SalesforceHttp _http = new(http, options, clock);

    /// <exception cref="CrmException">The org could not be asked, or does not let its user ask: no API access.</exception>
    public async Task<SalesforceOrg> ReadAsync(CrmSession session, CancellationToken cancellationToken)
    {
        var org = await FindAsync(
            session,
            "SELECT Id,Name,IsSandbox FROM Organization",
            answer => answer.Read(SalesforceJson.Default.FoundOrg).Records is [var one, ..] ? one : null,
            cancellationToken
        );
        var user = await FindAsync(
            session,
            $"SELECT Username FROM User WHERE Id='{Checked(session.UserId)}'",
            answer => answer.Read(SalesforceJson.Default.FoundUser).Records is [var one, ..] ? one : null,
            cancellationToken
        );
        return new SalesforceOrg(
            RecordId.TryLengthen(org.Id, out var longId) ? longId : org.Id,
            org.Name,
            org.IsSandbox,
            user.Username
        );
    }

    private async Task<T> FindAsync<T>(
        CrmSession session,
        string query,
        Func<SalesforceAnswer, T?> read,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var call = new SalesforceCall(session, HttpMethod.Get, $"/query?q={Uri.EscapeDataString(query)}");
        return read(await _http.SendAsync(call, cancellationToken))
            ?? throw new CrmException(SalesforceErrors.Unavailable("Salesforce's answer cannot be read."));
    }

    private static string Checked(string? userId) =>
        userId is not null && RecordId.TryLengthen(userId, out var longId)
            ? longId
            : throw new ArgumentException("The session does not say whose it is.", nameof(userId));
}

internal sealed record FoundOrg(IReadOnlyList<OrgRow> Records);

internal sealed record OrgRow(string Id, string Name, bool IsSandbox);

internal sealed record FoundUser(IReadOnlyList<UserRow> Records);

internal sealed record UserRow(string Username);
