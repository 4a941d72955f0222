using System.Text.Json.Serialization;
using Dapper;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Connector.Connections;

/// <summary>Something that was done to a connection, or that somebody tried.</summary>
/// <param name="Workspace">Null when it cannot be told whose it is.</param>
/// <param name="Who">The API key, the connect link, or the service.</param>
/// <param name="What">As <c>deauthorised</c>; one of <see cref="Did"/>.</param>
/// <param name="Code">A code of the catalogue, where it was refused.</param>
/// <param name="Detail">In words. Never a secret.</param>
public sealed record Happening(
    [property: JsonIgnore] string? Workspace,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? ConnectionId,
    DateTimeOffset At,
    string Who,
    string What,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null
);

/// <summary>What can be done to a connection, as its history has it.</summary>
public static class Did
{
    public const string ConsentAsked = "consentAsked";
    public const string LinkMade = "linkMade";
    public const string LinkFollowed = "linkFollowed";
    public const string OrgShown = "orgShown";
    public const string ConsentRefused = "consentRefused";
    public const string CallbackRefused = "callbackRefused";
    public const string Connected = "connected";
    public const string Reauthorised = "reauthorised";
    public const string Moved = "moved";
    public const string Deauthorised = "deauthorised";
    public const string Removed = "removed";
    public const string Changed = "changed";
    public const string CredentialsReplaced = "credentialsReplaced";
    public const string ReconnectionRequired = "reconnectionRequired";
    public const string TokenRevoked = "tokenRevoked";
    public const string RevocationGivenUp = "revocationGivenUp";
}

/// <summary>All SQL on <c>connection_history</c>, which is only added to.</summary>
public sealed class HistoryStore(NpgsqlDataSource database)
{
    /// <summary>Adds to the history together with what it tells of.</summary>
    public static Task AddAsync(Happening happening, NpgsqlTransaction transaction) =>
        transaction.Connection!.ExecuteAsync(Insert, happening, transaction);

    public async Task AddAsync(Happening happening, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(Insert, happening, cancellationToken: cancellationToken));
    }

    /// <summary>The newest first; of one connection, or of all that was ever tried in the workspace.</summary>
    public async Task<IReadOnlyList<Happening>> ListAsync(
        string workspace,
        Guid? connectionId,
        int most,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (
            await connection.QueryAsync<Happening>(
                new CommandDefinition(
                    """
                    select workspace, connection_id, at, who, what, code, detail from connection_history
                    where workspace = @workspace and (@connectionId::uuid is null or connection_id = @connectionId)
                    order by history_id desc limit @most
                    """,
                    new
                    {
                        workspace,
                        connectionId,
                        most,
                    },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
    }

    private const string Insert = """
        insert into connection_history (workspace, connection_id, at, who, what, code, detail)
        values (@Workspace, @ConnectionId, @At, @Who, @What, @Code, @Detail)
        """;
}

internal static class HistoryApi
{
    private const int Most = 500;

    public static void MapHistory(this WebApplication app)
    {
        app.MapGet(
                "/v1/connections/{id:guid}/history",
                (Guid id, Caller caller, HistoryStore history, CancellationToken cancellationToken) =>
                    history.ListAsync(caller.Workspace, id, Most, cancellationToken)
            )
            .WithSummary("Who did what to a connection, or tried to, newest first.")
            .RequireAtLeast(Role.Viewer);
        app.MapGet(
                "/v1/connections/history",
                (Caller caller, HistoryStore history, CancellationToken cancellationToken) =>
                    history.ListAsync(caller.Workspace, null, Most, cancellationToken)
            )
            .WithSummary("Who did what to the workspace's connections, removed ones too, newest first.")
            .RequireAtLeast(Role.Viewer);
    }
}
