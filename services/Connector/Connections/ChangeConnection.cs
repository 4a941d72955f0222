using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Connector.Connections;

/// <summary>Changes a connection: <c>PATCH /v1/connections/{id}</c>. What is absent stays.</summary>
public sealed record ChangeRequest(string? Name = null, string? Direction = null);

/// <summary>
/// Gives a connection another name or direction. One that is only to be pulled from is held in Push first: once the answer is
/// there nothing is written to it any more. What waits goes on when it may be pushed to again.
/// </summary>
public sealed class ChangeConnection(
    ConnectionStore connections,
    LiftHolds lifts,
    NpgsqlDataSource database,
    TimeProvider clock
)
{
    public async Task<IResult> HandleAsync(
        Guid id,
        ChangeRequest request,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        if (await connections.FindAsync(caller.Workspace, id, cancellationToken) is not { } before)
            return ConnectionsApi.Missing(id);
        var name = request.Name?.Trim() ?? before.Name;
        var direction = request.Direction ?? before.Direction;
        var faults = new List<FieldFault>();
        CreateConnection.AddIdentityFaults(faults, name, before.System, direction);
        if (faults.Count > 0)
            return CreateConnection.Invalid("The connection cannot be changed as it is asked for.", faults);
        try
        {
            if (!await StoreAsync(before, name, direction, caller, cancellationToken))
                return CreateConnection.NameTaken(name);
        }
        catch (HttpRequestException)
        {
            return FailureCatalogue.Unavailable.Problem(
                StatusCodes.Status503ServiceUnavailable,
                "Push does not answer, so it cannot be promised that nothing is written any more. Nothing was changed.",
                retryAfter: TimeSpan.FromSeconds(5)
            );
        }
        await lifts.TellAsync(id, cancellationToken);
        return Results.Ok(await connections.FindAsync(caller.Workspace, id, cancellationToken));
    }

    private async Task<bool> StoreAsync(
        Connection before,
        string name,
        string direction,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (before.Direction != "pull" && direction == "pull")
            await lifts.HoldAsync(
                caller.Workspace,
                before.Id,
                HoldReason.PullOnly,
                discard: false,
                transaction,
                cancellationToken
            );
        else
            await LiftHolds.LockAsync(before.Id, transaction);
        try
        {
            await connection.ExecuteAsync(
                "update connection set name = @name, direction = @direction where id = @Id",
                new
                {
                    before.Id,
                    name,
                    direction,
                },
                transaction
            );
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
        if (before.Direction == "pull" && direction != "pull")
            await LiftHolds.OweAsync(before.Id, HoldReason.PullOnly, Waiting.Send, forgetsRecords: false, transaction);
        await HistoryStore.AddAsync(
            new Happening(
                caller.Workspace,
                before.Id,
                clock.GetUtcNow(),
                caller.Name,
                Did.Changed,
                Detail: $"name {before.Name} → {name}, direction {before.Direction} → {direction}"
            ),
            transaction
        );
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
