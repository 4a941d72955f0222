using LeadSync.Connector.Connections;
using LeadSync.Connector.Schema;
using LeadSync.Connector.Sealing;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Connector.OAuth;

/// <summary>Confirms the org that was shown: <c>POST /v1/connections/consents/{id}/confirm</c>.</summary>
/// <param name="OrgId">The id of the org that was shown: nobody confirms what they have not seen.</param>
/// <param name="Waiting">
/// <c>send</c> or <c>discard</c>: what is to become of leads that were held since the connection was deauthorised. Asked for
/// exactly then; after <em>reconnection required</em> they are always sent.
/// </param>
/// <param name="Name">Another name for a new connection, where the first is taken by now.</param>
public sealed record ConfirmRequest(string? OrgId, string? Waiting = null, string? Name = null);

/// <summary>
/// Makes a connection of what a person has confirmed, or puts it in the place of what a connection had. Only who began it may
/// confirm, or who followed its connect link.
/// </summary>
public sealed class ConfirmConsent(
    ConnectionStore connections,
    LiftHolds lifts,
    Revocations revocations,
    MasterKey master,
    NpgsqlDataSource database,
    TimeProvider clock
)
{
    /// <param name="who">The caller, or the connect link.</param>
    public async Task<IResult> HandleAsync(
        Consent consent,
        ConfirmRequest request,
        string who,
        CancellationToken cancellationToken
    )
    {
        var existing =
            consent.Purpose == ConsentPurpose.Connect
                ? null
                : await connections.FindAsync(consent.Workspace, consent.ConnectionId, cancellationToken);
        if (Fault(consent, request, existing) is { } fault)
            return fault;
        var result = await StoreAsync(consent, request, existing, who, cancellationToken);
        if (result is not null)
            return result;
        if (existing is not null)
        {
            await lifts.TellAsync(existing.Id, cancellationToken);
            await revocations.TryAsync(existing.Id, cancellationToken);
        }
        var stored = await connections.FindAsync(consent.Workspace, consent.ConnectionId, cancellationToken);
        return existing is null
            ? Results.Created($"/v1/connections/{consent.ConnectionId}", stored)
            : Results.Ok(stored);
    }

    private IResult? Fault(Consent consent, ConfirmRequest request, Connection? existing)
    {
        if (consent.Purpose != ConsentPurpose.Connect && existing is null)
            return ConnectionsApi.Missing(consent.ConnectionId);
        if (consent.Step != ConsentStep.Shown)
            return NotShown(consent);
        if (consent.ExpiresAt <= clock.GetUtcNow())
            return new OAuthError(FailureCatalogue.ConsentExpired, "The org was shown too long ago.").Problem(
                StatusCodes.Status409Conflict,
                consent.Callback
            );
        var faults = new List<FieldFault>();
        if (request.OrgId != consent.OrgId)
            faults.Add(
                new FieldFault("orgId", "is not the org that was shown", $"Look at it, then send {consent.OrgId}.")
            );
        if (request.Waiting is not (null or Waiting.Send or Waiting.Discard))
            faults.Add(new FieldFault("waiting", "is none of the two", "Use 'send' or 'discard'."));
        else if (request.Waiting == Waiting.Discard && !MustSay(consent, existing))
            faults.Add(
                new FieldFault(
                    "waiting",
                    "cannot be discarded: the connection was not deauthorised here",
                    "Leave it out; what waits is sent."
                )
            );
        if (faults.Count > 0)
            return CreateConnection.Invalid("The org cannot be confirmed as it is asked for.", faults);
        return request.Waiting is null && MustSay(consent, existing)
            ? FailureCatalogue.WaitingUndecided.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "It must be said what is to become of the leads that wait: send or discard."
            )
            : null;
    }

    /// <summary>Whether it must be said what is to become of the leads that wait.</summary>
    internal static bool MustSay(Consent consent, Connection? existing) =>
        existing is not null
        && (consent.Purpose == ConsentPurpose.Move || existing.Status == ConnectionStatus.Disconnected);

    /// <summary>Null when it is stored.</summary>
    private async Task<IResult?> StoreAsync(
        Consent consent,
        ConfirmRequest request,
        Connection? existing,
        string who,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LiftHolds.LockAsync(consent.ConnectionId, transaction);
        var held = (await ConsentStore.LockAsync(consent.Id, transaction))!;
        if (held.Step != ConsentStep.Shown)
            return NotShown(held);
        var authorised = Authorised(held, existing, request.Name?.Trim());
        var happening = new Happening(
            held.Workspace,
            held.ConnectionId,
            clock.GetUtcNow(),
            who,
            held.Purpose switch
            {
                ConsentPurpose.Connect => Did.Connected,
                ConsentPurpose.Move => Did.Moved,
                _ => Did.Reauthorised,
            },
            Detail: $"{held.OrgName} ({held.OrgId}), {held.Username}"
                + (request.Waiting is null ? "" : $"; what waited: {request.Waiting}")
        );
        if (existing is null)
        {
            var collision = await ConnectionStore.InsertAsync(
                held.Workspace,
                authorised,
                Sealed(held, authorised, held.Open(master), held.KeyVersion, held.DataKey),
                happening,
                transaction
            );
            if (collision != Collision.None)
                return Taken(collision, authorised);
        }
        else if (
            await ReplaceAsync(held, authorised, request, happening, transaction, cancellationToken) is { } refused
        )
        {
            return refused;
        }
        await ConsentStore.ConfirmAsync(held, transaction);
        await transaction.CommitAsync(CancellationToken.None);
        return null;
    }

    private async Task<IResult?> ReplaceAsync(
        Consent consent,
        Connection authorised,
        ConfirmRequest request,
        Happening happening,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        if (await CredentialStore.LockAsync(authorised.Id, transaction, cancellationToken) is not { } credential)
            return ConnectionsApi.Missing(authorised.Id);
        var key = credential.Open(master);
        await Deauthorise.OweRevocationAsync(credential, key, clock.GetUtcNow(), transaction);
        try
        {
            await CredentialStore.ReplaceAsync(
                authorised,
                Sealed(consent, authorised, key, credential.KeyVersion, credential.DataKey),
                transaction
            );
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Taken(Collision.Org, authorised);
        }
        var isMove = consent.Purpose == ConsentPurpose.Move;
        if (isMove)
        {
            // Into the other org nothing may be written before the records of this one are forgotten.
            await lifts.HoldAsync(
                consent.Workspace,
                authorised.Id,
                HoldReason.Deauthorised,
                discard: false,
                transaction,
                cancellationToken
            );
            await SchemaStore.ForgetAsync(authorised.Id, transaction);
        }
        await LiftHolds.OweAsync(
            authorised.Id,
            HoldReason.Deauthorised,
            request.Waiting ?? Waiting.Send,
            isMove,
            transaction
        );
        await HistoryStore.AddAsync(happening, transaction);
        return null;
    }

    private Connection Authorised(Consent consent, Connection? existing, string? name)
    {
        var now = AskConsent.Stored(clock.GetUtcNow());
        return new Connection
        {
            Id = consent.ConnectionId,
            Name = existing?.Name ?? (name is { Length: > 0 } ? name : consent.Name),
            System = consent.System,
            Direction = existing?.Direction ?? consent.Direction,
            Status = ConnectionStatus.Connected,
            StatusSince = now,
            InstanceUrl = consent.LoginUrl,
            Auth = ConnectionAuth.WebServer,
            Environment = consent.Environment,
            OrgId = consent.OrgId!,
            OrgName = consent.OrgName,
            UserId = consent.UserId!,
            Username = consent.Username,
            CreatedAt = existing?.CreatedAt ?? now,
        };
    }

    // What the consent has sealed becomes the connection's, field by field: no sealed text opens as another field.
    private Credential Sealed(Consent consent, Connection authorised, DataKey key, int keyVersion, byte[] dataKey)
    {
        var own = consent.Open(master);
        return new Credential
        {
            ConnectionId = authorised.Id,
            Workspace = consent.Workspace,
            System = authorised.System,
            Status = authorised.Status,
            Auth = authorised.Auth,
            InstanceUrl = authorised.InstanceUrl,
            OrgId = authorised.OrgId,
            UserId = authorised.UserId,
            Username = authorised.Username,
            KeyVersion = keyVersion,
            DataKey = dataKey,
            ClientId = consent.ClientId,
            ClientSecret = Again(Consent.ClientSecretField, consent.ClientSecret, Credential.ClientSecretField),
            AccessToken = Again(Consent.AccessTokenField, consent.AccessToken, Credential.AccessTokenField),
            RefreshToken = Again(Consent.RefreshTokenField, consent.RefreshToken, Credential.RefreshTokenField),
            ApiUrl = consent.ApiUrl!,
        };

        byte[]? Again(string from, byte[]? sealedText, string to) =>
            sealedText is null ? null : key.Seal(to, own.Open(from, sealedText));
    }

    private static IResult NotShown(Consent consent) =>
        consent.Step == ConsentStep.Refused
            ? new OAuthError(FailureCatalogue.All[consent.FailureCode!], consent.FailureDetail!).Problem(
                StatusCodes.Status409Conflict,
                consent.Callback
            )
            : FailureCatalogue.Conflict.Problem(
                StatusCodes.Status409Conflict,
                consent.Step == ConsentStep.Confirmed
                    ? "The org was confirmed before."
                    : "No org was shown yet: somebody must first log in to the CRM and allow access."
            );

    private static IResult Taken(Collision collision, Connection authorised) =>
        collision == Collision.Name
            ? CreateConnection.NameTaken(authorised.Name)
            : FailureCatalogue.Conflict.Problem(
                StatusCodes.Status409Conflict,
                $"The org {authorised.OrgId} has a connection already, in this workspace or another. An org has one."
            );
}
