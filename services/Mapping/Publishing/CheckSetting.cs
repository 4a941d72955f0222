using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Publishing;

/// <summary>What publishing a setting as it is given would do.</summary>
/// <param name="Before">As it is in force; null when it is not there.</param>
/// <param name="After">As it would be; as it was given, when it is faulty or could not be checked.</param>
/// <param name="Faults">Why it cannot be published; all of them, but only those of form when it could not be checked.</param>
/// <param name="Unchecked">Why it could not be held against the CRM now; null when it was.</param>
public sealed record Foreseen(
    JsonObject? Before,
    JsonObject After,
    IReadOnlyList<FieldFault> Faults,
    FailureKind? Unchecked
);

/// <summary>Reads a setting from what was sent for it, looks what it would do, and publishes it.</summary>
public sealed class CheckSetting(SaveSettings save, SettingsStore store)
{
    /// <summary>Does everything that publishing does, and lets it go again.</summary>
    public async Task<Foreseen> ForeseeAsync(
        SaveCause cause,
        SettingKey key,
        JsonObject body,
        CancellationToken cancellationToken
    )
    {
        var outcome = await TryAsync(cause with { IsTrial = true }, key, body, cancellationToken);
        if (outcome is SaveOutcome.Saved(var changes) && changes is [{ After: { } after } change])
            return new Foreseen(change.Before, after, [], Unchecked: null);
        var inForce = await InForceAsync(cause.Workspace, key, cancellationToken);
        return outcome switch
        {
            SaveOutcome.Faulty(var faults) => new Foreseen(inForce?.Body, body, faults, Unchecked: null),
            SaveOutcome.Unavailable(var kind) => new Foreseen(inForce?.Body, body, FormFaults(key, body), kind),
            _ => new Foreseen(inForce?.Body, inForce?.Body ?? body, [], Unchecked: null),
        };
    }

    /// <summary>Publishes it, if it has no fault.</summary>
    /// <param name="expect">Null: it is not in force yet.</param>
    public Task<SaveOutcome> PublishAsync(
        SaveCause cause,
        SettingKey key,
        JsonObject body,
        Func<long?, bool> expect,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            cause,
            key,
            body,
            there => expect(ShownSetting.All(there).GetValueOrDefault(key)?.Revision),
            cancellationToken
        );

    /// <summary>The setting as it is in force; null when it is not there.</summary>
    public async Task<ShownSetting?> InForceAsync(
        string workspace,
        SettingKey key,
        CancellationToken cancellationToken
    ) => ShownSetting.All(await store.ReadAsync(workspace, cancellationToken)).GetValueOrDefault(key);

    // Without Connector a draft is looked at as well as it can be.
    private async Task<SaveOutcome> TryAsync(
        SaveCause cause,
        SettingKey key,
        JsonObject body,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await RunAsync(cause, key, body, _ => true, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return new SaveOutcome.Unavailable(FailureCatalogue.Unavailable);
        }
    }

    private Task<SaveOutcome> RunAsync(
        SaveCause cause,
        SettingKey key,
        JsonObject body,
        Func<StoredSettings, bool> expect,
        CancellationToken cancellationToken
    )
    {
        var reader = new SettingReader();
        return save.RunAsync(cause, reader, Read(reader, key, body), expect, cancellationToken);
    }

    private static IReadOnlyList<FieldFault> FormFaults(SettingKey key, JsonObject body)
    {
        var reader = new SettingReader();
        Read(reader, key, body);
        return reader.Faults;
    }

    private static ConfigDocument Read(SettingReader reader, SettingKey key, JsonObject body) =>
        SettingKind.Of(key).Read(reader, JsonSerializer.SerializeToElement(body));
}
