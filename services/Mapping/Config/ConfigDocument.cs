using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Config;

/// <summary>Settings as someone wants them; what is not named stays as it is. Each part knows its path in what was sent.</summary>
public sealed record ConfigDocument(
    IReadOnlyList<SourceSetting> Sources,
    IReadOnlyList<MappingSetting> Mappings,
    IReadOnlyList<RouteSetting> Routes
);

public sealed record SourceSetting(string Path, string Name, bool Enabled);

/// <param name="Connection">Name or id.</param>
public sealed record MappingSetting(string Path, string Connection, string Object, IReadOnlyList<EntrySetting> Fields);

public sealed record EntrySetting(string Path, MappingEntry Entry);

/// <param name="Connection">Name or id.</param>
public sealed record RouteSetting(string Path, string Source, string Connection, bool Enabled, string CreateAs);
