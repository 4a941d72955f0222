using System.Text.Json;
using Dapper;
using LeadSync.Audit.History;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Audit.Timeline;

/// <summary>The story of a lead, or of a person: <c>GET /v1/timeline</c>.</summary>
/// <param name="Events">Oldest first.</param>
/// <param name="More">There are older events than these.</param>
public sealed record TimelineView(IReadOnlyList<TimelineEvent> Events, bool More);

/// <summary>One happening, explained.</summary>
/// <param name="Kind">The event's name: <c>RecordWritten</c>.</param>
/// <param name="Text">What it means, in one line.</param>
/// <param name="Event">The event itself: of a write, each field before and after with the rule that decided.</param>
public sealed record TimelineEvent(
    Guid EventId,
    DateTimeOffset OccurredAt,
    string Kind,
    string Source,
    string? LeadId,
    Guid? ConnectionId,
    long? Version,
    string Text,
    JsonElement Event
);

/// <summary>Reads the newest events of a lead, or of every lead that ever had an address.</summary>
public sealed class ReadTimeline(NpgsqlDataSource database)
{
    private const int Most = 500;

    public async Task<IResult> HandleAsync(
        string? source,
        string? leadId,
        string? email,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        if ((source is null || leadId is null) == (email is null))
        {
            return FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "Say whose timeline: source and leadId, or email.",
                [
                    new FieldFault(
                        "leadId",
                        "is missing, or stands beside email",
                        "Give source and leadId, or email alone."
                    ),
                ]
            );
        }
        var rows = await ReadAsync(caller.Workspace, source, leadId, email, cancellationToken);
        return Results.Ok(new TimelineView([.. rows.Take(Most).Reverse().Select(Explained)], More: rows.Count > Most));
    }

    private async Task<List<Row>> ReadAsync(
        string workspace,
        string? source,
        string? leadId,
        string? email,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // At one instant: what is captured before what follows from it.
        return (
            await connection.QueryAsync<Row>(
                new CommandDefinition(
                    $"""
                    with whose as (
                        {(
                        email is null
                            ? "select @source::text as source, @leadId::text as lead_id"
                            : "select source, lead_id from lead_email where workspace = @workspace and email = @email"
                    )}
                    )
                    select event_id, occurred_at, kind, source, lead_id, connection_id, version, body
                    from event join whose using (source, lead_id)
                    where workspace = @workspace
                    order by occurred_at desc, array_position(
                        array['LeadCaptured', 'LeadWithdrawn', 'LeadImported', 'LeadMapped', 'RecordMatched', 'RecordWritten', 'SyncFailed'],
                        kind) desc, event_id desc
                    limit @limit
                    """,
                    new
                    {
                        workspace,
                        source,
                        leadId,
                        email = email is null ? null : Happening.NormaliseEmail(email),
                        limit = Most + 1,
                    },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
    }

    private static TimelineEvent Explained(Row row) =>
        new(
            row.EventId,
            row.OccurredAt,
            row.Kind,
            row.Source,
            row.LeadId,
            row.ConnectionId,
            row.Version,
            Explanation.Of(Happening.Read(row.Kind, row.Body)),
            JsonElement.Parse(row.Body)
        );

    private sealed record Row
    {
        public required Guid EventId { get; init; }
        public required DateTimeOffset OccurredAt { get; init; }
        public required string Kind { get; init; }
        public required string Source { get; init; }
        public string? LeadId { get; init; }
        public Guid? ConnectionId { get; init; }
        public long? Version { get; init; }
        public required string Body { get; init; }
    }
}

internal static class TimelineApi
{
    public static void MapTimeline(this WebApplication app) =>
        app.MapGet(
                "/v1/timeline",
                (
                    string? source,
                    string? leadId,
                    string? email,
                    Caller caller,
                    ReadTimeline timeline,
                    CancellationToken cancellationToken
                ) => timeline.HandleAsync(source, leadId, email, caller, cancellationToken)
            )
            .WithSummary("The story of a lead (source and leadId), or of everybody who ever had an address (email).")
            .Produces<TimelineView>()
            .RequireAtLeast(Role.Viewer);
}
