using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>Which org a session belongs to and whose it is, in words that a person knows them by.</summary>
/// <param name="OrgId">As a long id.</param>
/// <param name="Name">The org's name as its company information has it.</param>
/// <param name="IsSandbox">By the org's own record: the host that one logged in at proves nothing.</param>
/// <param name="Username">The login name of the user we act as.</param>
public sealed record SalesforceOrg(string OrgId, string Name, bool IsSandbox, string Username);

/// <summary>Reads who an org is, before anything is stored of it. One API call.</summary>
public sealed class SalesforceOrgs(SalesforceReads reads)
{
    /// <exception cref="CrmException">The org could not be asked, or does not let its user ask: no API access.</exception>
    public async Task<SalesforceOrg> ReadAsync(CrmSession session, CancellationToken cancellationToken)
    {
        if (!RecordId.TryLengthen(session.UserId, out var userId))
            throw new ArgumentException("The session does not say whose it is.", nameof(session));
        var answers = await reads.ReadAsync(
            session,
            [
                SalesforceRead.Query("Organization", ["Id", "Name", "IsSandbox"]),
                SalesforceRead.Query("User", ["Username"], new SalesforceFilter("Id", [userId])),
            ],
            cancellationToken
        );
        var (org, user) = (Row(answers[0]), Row(answers[1]));
        if (
            !RecordId.TryLengthen(org.Text("Id"), out var orgId)
            || org.Text("Name") is not { } name
            || org.Flag("IsSandbox") is not { } isSandbox
            || user.Text("Username") is not { } username
        )
            throw Unreadable();
        return new SalesforceOrg(orgId, name, isSandbox, username);
    }

    private static JsonElement Row(SalesforceReadAnswer answer) =>
        answer.Failure is { } failure ? throw new CrmException(failure)
        : answer.Rows is [var row, ..] ? row
        : throw Unreadable();

    private static CrmException Unreadable() =>
        new(SalesforceErrors.Unavailable("Salesforce's answer cannot be read."));
}
