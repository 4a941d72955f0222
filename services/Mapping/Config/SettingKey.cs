using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Config;

/// <summary>Which setting: a source, a mapping, a route or a pull mapping of a workspace.</summary>
/// <param name="Kind"><c>source</c>, <c>mapping</c>, <c>route</c> or <c>pull</c>.</param>
/// <param name="Name">As its address has it: <c>forms</c>, <c>CONNECTION/Lead</c>, <c>forms/CONNECTION</c>.</param>
/// <param name="ConnectionId">Null for a source.</param>
public sealed record SettingKey(string Kind, string Name, Guid? ConnectionId = null)
{
    public const string Sources = "source";
    public const string Mappings = "mapping";
    public const string Routes = "route";
    public const string Pulls = "pull";

    public static SettingKey Source(string name) => new(Sources, name);

    public static SettingKey Mapping(Guid connectionId, string objectName) =>
        new(Mappings, $"{connectionId}/{objectName}", connectionId);

    public static SettingKey Route(string source, Guid connectionId) =>
        new(Routes, $"{source}/{connectionId}", connectionId);

    public static SettingKey Pull(Guid connectionId, string objectName) =>
        new(Pulls, $"{connectionId}/{objectName}", connectionId);

    /// <summary>Of a route: its source, whose name has no slash.</summary>
    public string SourceName => Name[..Name.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Of a mapping or a pull mapping: the CRM's object.</summary>
    public string ObjectName => Name[(Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
}

/// <summary>A setting that somebody made.</summary>
/// <param name="Body">As its API reads it; its connection is named by its id, which never changes.</param>
/// <param name="View">As its API shows it.</param>
public sealed record ShownSetting(SettingKey Key, long Revision, JsonObject Body, object View)
{
    /// <summary>Every setting of a workspace that somebody made.</summary>
    public static IReadOnlyDictionary<SettingKey, ShownSetting> All(StoredSettings settings) =>
        SettingKind.All.SelectMany(kind => kind.Shown(settings)).ToDictionary(setting => setting.Key);
}

/// <summary>A setting that is not what it was.</summary>
/// <param name="Before">Null: it was not there.</param>
/// <param name="After">Null: it is gone.</param>
public sealed record ChangedShape(SettingKey Key, ShownSetting? Before, ShownSetting? After)
{
    /// <summary>What was done, in the words of the history.</summary>
    public string Change =>
        Before is null ? SettingChange.Created
        : After is null ? SettingChange.Removed
        : SettingChange.Updated;

    /// <summary>What differs between the settings before and after a save: pure.</summary>
    public static IReadOnlyList<ChangedShape> Between(StoredSettings before, StoredSettings after)
    {
        var (was, isNow) = (ShownSetting.All(before), ShownSetting.All(after));
        return
        [
            .. isNow
                .Values.Where(setting => was.GetValueOrDefault(setting.Key)?.Revision != setting.Revision)
                .Select(setting => new ChangedShape(setting.Key, was.GetValueOrDefault(setting.Key), setting)),
            .. was
                .Values.Where(setting => !isNow.ContainsKey(setting.Key))
                .Select(setting => new ChangedShape(setting.Key, setting, null)),
        ];
    }
}
