using System.Globalization;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Audit.Settings;

/// <summary>Who changed which settings: <c>GET /v1/history/settings</c>.</summary>
/// <param name="Changes">Newest first, at most 100.</param>
/// <param name="Before">Given as <c>before</c> it asks for the ones that come next; null when there are none.</param>
public sealed record SettingHistoryView(IReadOnlyList<ShownSettingChange> Changes, string? Before);

internal static class SettingChangesApi
{
    private const int Most = 100;

    public static void MapSettingChanges(this WebApplication app) =>
        app.MapGet("/v1/history/settings", HandleAsync)
            .WithSummary("Who changed which setting, and who erased people, newest first.")
            .Produces<SettingHistoryView>()
            .RequireAtLeast(Role.Viewer);

    private static async Task<IResult> HandleAsync(
        string? service,
        string? setting,
        string? name,
        string? connectionId,
        string? before,
        Caller caller,
        SettingHistory history,
        CancellationToken cancellationToken
    )
    {
        var faults = new List<FieldFault>();
        if (!TryReadId(connectionId, out var connection))
            faults.Add(new FieldFault("connectionId", "is no id of a connection", "Give its id, or leave it out."));
        if (!TryReadCursor(before, out var cursor))
            faults.Add(new FieldFault("before", "is no place in the history", "Give what the answer before gave."));
        if (faults.Count > 0)
            return FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "The history cannot be read as it is asked for.",
                faults
            );
        var changes = await history.ReadAsync(
            new SettingQuery(caller.Workspace, service, setting, name, connection, cursor),
            Most + 1,
            cancellationToken
        );
        return Results.Ok(
            changes.Count > Most
                ? new SettingHistoryView([.. changes.Take(Most)], Write(changes[Most - 1]))
                : new SettingHistoryView(changes, Before: null)
        );
    }

    private static bool TryReadId(string? text, out Guid? id)
    {
        id = Guid.TryParse(text, out var read) ? read : null;
        return text is null || id is not null;
    }

    private static string Write(ShownSettingChange change) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(change.OccurredAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}.{change.EventId:N}"
        );

    private static bool TryReadCursor(string? text, out SettingCursor? cursor)
    {
        cursor = null;
        if (text is null)
            return true;
        // 16 digits of microseconds are the year 2286: far from where an instant ends.
        if (
            text.Split('.') is not [{ Length: <= 16 } micros, var id]
            || !long.TryParse(micros, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || !Guid.TryParseExact(id, "N", out var eventId)
        )
            return false;
        cursor = new SettingCursor(DateTimeOffset.UnixEpoch.AddTicks(at * TimeSpan.TicksPerMicrosecond), eventId);
        return true;
    }
}
