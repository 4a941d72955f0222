using System.Text.Json.Nodes;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Importing;
using LeadSync.Mapping.Routes;
using LeadSync.Mapping.Sources;

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
}

/// <summary>A setting as its API shows it and reads it; its connection is named by its id, which never changes.</summary>
public sealed record ShownSetting(SettingKey Key, long Revision, JsonObject Body)
{
    /// <summary>Every setting of a workspace that somebody made.</summary>
    public static IReadOnlyDictionary<SettingKey, ShownSetting> All(StoredSettings settings)
    {
        var sources = settings
            .Sources.Where(source => source.Declared)
            .Select(source => new ShownSetting(
                SettingKey.Source(source.Name),
                source.Revision,
                SourceSetting.Write(source)
            ));
        var mappings = settings.Mappings.Select(mapping => new ShownSetting(
            SettingKey.Mapping(mapping.ConnectionId, mapping.Object),
            mapping.Revision,
            MappingSetting.Write(mapping, mapping.ConnectionId.ToString())
        ));
        var routes = settings.Routes.Select(route => new ShownSetting(
            SettingKey.Route(route.Source, route.ConnectionId),
            route.Revision,
            RouteSetting.Write(route, route.ConnectionId.ToString())
        ));
        var pulls = settings.Pulls.Select(pull => new ShownSetting(
            SettingKey.Pull(pull.ConnectionId, pull.Object),
            pull.Revision,
            PullSetting.Write(pull, pull.ConnectionId.ToString())
        ));
        return sources.Concat(mappings).Concat(routes).Concat(pulls).ToDictionary(setting => setting.Key);
    }
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
