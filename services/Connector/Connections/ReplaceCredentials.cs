using LeadSync.Connector.Sealing;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Connector.Connections;

/// <summary>Another key or secret for a connection: <c>PUT /v1/connections/{id}/credentials</c>. Holds a secret.</summary>
/// <param name="InstanceUrl">The org's own address where that has changed; absent where it has not.</param>
/// <param name="Waiting">
/// <c>send</c> or <c>discard</c>, once the connection was deauthorised: what becomes of the leads that were held.
/// </param>
public sealed record CredentialsRequest(
    string? ClientId,
    string? ClientSecret,
    string? InstanceUrl = null,
    string? Waiting = null
)
{
    public override string ToString() => nameof(CredentialsRequest);
}

/// <summary>
/// Reconnects: the new credentials are tried first and stored only when they open the very org that the connection is for.
/// </summary>
public sealed class ReplaceCredentials(
    ConnectionStore connections,
    CreateConnection create,
    Login login,
    LiftHolds lifts,
    MasterKey master,
    NpgsqlDataSource database,
    ConnectorOptions options,
    TimeProvider clock
)
{
    public async Task<IResult> HandleAsync(
        Guid id,
        CredentialsRequest request,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        if (await connections.FindAsync(caller.Workspace, id, cancellationToken) is not { } connection)
            return ConnectionsApi.Missing(id);
        var faults = new List<FieldFault>();
        var domain = create.ReadAddress(request.InstanceUrl ?? connection.InstanceUrl, faults);
        CreateConnection.AddCredentialFaults(faults, request.ClientId, request.ClientSecret);
        if (request.Waiting is not (null or Waiting.Send or Waiting.Discard))
            faults.Add(new FieldFault("waiting", "is none of the two", "Use 'send' or 'discard'."));
        if (faults.Count > 0)
            return CreateConnection.Invalid("The credentials cannot be used as they are.", faults);
        var wasDisconnected = connection.Status == ConnectionStatus.Disconnected;
        if (wasDisconnected && request.Waiting is null)
        {
            return FailureCatalogue.WaitingUndecided.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "It must be said what is to become of the leads that wait: send or discard."
            );
        }

        CrmToken token;
        try
        {
            token = await login.AskAsync(domain!, request.ClientId!, request.ClientSecret!, cancellationToken);
        }
        catch (CrmException fault) when (fault.Failure.Class == FailureClass.Session)
        {
            return CreateConnection.Invalid(
                "The CRM does not let us in with these credentials.",
                [CreateConnection.CredentialFault(fault.Failure)]
            );
        }
        catch (CrmException fault)
        {
            return fault.Failure.Problem(options.ProbeEvery);
        }
        if (token.OrgId != connection.OrgId)
        {
            return CreateConnection.Invalid(
                "The credentials are of another org.",
                [
                    new FieldFault(
                        "clientId",
                        $"opens the org {token.OrgId}; the connection is for {connection.OrgId}",
                        "Use an app of the connection's own org, or make another connection."
                    ),
                ]
            );
        }
        await StoreAsync(
            id,
            domain!,
            request,
            token,
            new Happening(caller.Workspace, id, clock.GetUtcNow(), caller.Name, Did.CredentialsReplaced),
            // After 'reconnection required' it is always sent.
            wasDisconnected ? request.Waiting! : Waiting.Send,
            cancellationToken
        );
        await lifts.TellAsync(id, cancellationToken);
        return Results.Ok(await connections.FindAsync(caller.Workspace, id, cancellationToken));
    }

    private async Task StoreAsync(
        Guid id,
        Uri domain,
        CredentialsRequest request,
        CrmToken token,
        Happening happening,
        string waiting,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LiftHolds.LockAsync(id, transaction);
        var held =
            await CredentialStore.LockAsync(id, transaction, cancellationToken)
            ?? throw new KeyNotFoundException($"There is no connection {id}.");
        var key = held.Open(master);
        await CredentialStore.SaveSecretAsync(
            held,
            domain,
            request.ClientId!,
            key.Seal(Credential.ClientSecretField, request.ClientSecret!),
            transaction
        );
        await CredentialStore.SaveTokenAsync(
            held,
            key.Seal(Credential.AccessTokenField, token.AccessToken),
            refreshToken: null,
            token.InstanceUrl,
            token.UserId,
            clock.GetUtcNow(),
            transaction
        );
        await LiftHolds.OweAsync(id, HoldReason.Deauthorised, waiting, forgetsRecords: false, transaction);
        await HistoryStore.AddAsync(happening, transaction);
        await transaction.CommitAsync(cancellationToken);
    }
}
