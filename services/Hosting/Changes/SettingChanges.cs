using System.Diagnostics;
using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace LeadSync.Hosting.Changes;

/// <summary>One change of one setting.</summary>
/// <param name="Setting">What it is, in one word of the design: <c>route</c>, <c>mapping</c>, <c>key</c>.</param>
/// <param name="Name">Which one, as its address has it.</param>
/// <param name="Change">What was done, in the past tense: <c>created</c>, <c>updated</c>, <c>removed</c>.</param>
/// <param name="Before">As the API shows it, never with a secret or a lead's values; null when it was not there.</param>
/// <param name="After">As the API shows it, never with a secret or a lead's values; null when it is gone.</param>
/// <param name="ConnectionId">The connection that it concerns; null when it concerns none, or several.</param>
public sealed record SettingEdit(
    string Setting,
    string Name,
    string Change,
    JsonElement? Before,
    JsonElement? After,
    Guid? ConnectionId = null
);

/// <summary>
/// Writes down who changed which setting, in the transaction that changes it: the table <c>setting_change</c> of the
/// service (its shape is in the README of Hosting). <see cref="SettingChangeRelay"/> tells of it.
/// </summary>
/// <param name="service">Who keeps these settings, in lower case: <c>mapping</c>.</param>
public sealed class SettingChanges(string service)
{
    /// <param name="by">Who did it: <see cref="Caller.Name"/>; <c>leadsync</c> for what happened by itself.</param>
    /// <param name="at">When, as the changed rows say it too.</param>
    public async Task AddAsync(
        NpgsqlTransaction transaction,
        string workspace,
        string by,
        DateTimeOffset at,
        IReadOnlyCollection<SettingEdit> edits,
        CancellationToken cancellationToken
    )
    {
        if (edits.Count == 0)
            return;
        var items = edits
            .Select(edit => new ChangedSetting
            {
                EventId = Guid.CreateVersion7(at),
                OccurredAt = at,
                TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null,
                ChangedBy = by,
                Service = service,
                Setting = edit.Setting,
                Name = edit.Name,
                Change = edit.Change,
                ConnectionId = edit.ConnectionId,
                Before = edit.Before,
                After = edit.After,
            })
            .ToList();
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                """
                insert into setting_change (event_id, workspace, body)
                select id, @workspace, body::jsonb
                  from unnest(@ids, @bodies) with ordinality as k (id, body, place) order by place
                """,
                new
                {
                    workspace,
                    ids = items.Select(item => item.EventId).ToArray(),
                    bodies = items.Select(item => JsonSerializer.Serialize(item, Wire.Json)).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }
}

public static class SettingChangesSetup
{
    /// <summary>For a service that keeps settings: the writer, and the relay that publishes what it wrote. Needs a bus.</summary>
    public static void AddSettingChanges(this IHostApplicationBuilder builder) =>
        builder
            .Services.AddSingleton(services => new SettingChanges(services.GetRequiredService<ServiceName>().Name))
            .AddSingleton<SettingChangeRelay>()
            .AddHostedService(services => services.GetRequiredService<SettingChangeRelay>());
}
