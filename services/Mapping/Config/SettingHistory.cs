using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Hosting.Changes;
using LeadSync.Mapping.Publishing;

namespace LeadSync.Mapping.Config;

/// <summary>Writes down what a save changed, in its transaction: as versions here, and for the history that Audit keeps.</summary>
public sealed class SettingHistory(SettingChanges changes)
{
    public async Task KeepAsync(Saving save, SaveCause cause, IReadOnlyList<ChangedShape> changed)
    {
        await VersionStore.KeepAsync(save, cause, changed);
        await changes.AddAsync(
            save.Transaction,
            save.Workspace,
            cause.By,
            save.Now,
            [
                .. changed.Select(one => new SettingEdit(
                    one.Key.Kind,
                    one.Key.Name,
                    cause.Change ?? one.Change,
                    Json(one.Before?.Body),
                    Json(one.After?.Body),
                    one.Key.ConnectionId
                )),
            ],
            save.CancellationToken
        );
    }

    private static JsonElement? Json(JsonObject? body) => body is null ? null : JsonSerializer.SerializeToElement(body);
}
