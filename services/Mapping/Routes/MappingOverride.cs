using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Routes;

/// <summary>
/// What a route maps otherwise than its connection: entries of one object, each in the place of the connection's entry of
/// the same CRM field, or added after them where the connection has none.
/// </summary>
/// <param name="Path">Where it stands in what was sent.</param>
public sealed record MappingOverride(string Path, string Object, IReadOnlyList<EntrySetting> Fields)
{
    /// <summary>Reads one of a route's overrides; null when something is wrong with it.</summary>
    /// <param name="isStored">Whether the entries say since when they are saved, as the database keeps them.</param>
    public static MappingOverride? Read(SettingReader reader, JsonElement node, string path, bool isStored)
    {
        if (!reader.IsObject(node, path, "object", "fields"))
            return null;
        var name = reader.Text(node, path, "object");
        var before = reader.Faults.Count;
        var fields = reader.List(
            node,
            path,
            "fields",
            (entry, at) => isStored ? StoredEntries.Read(reader, entry, at) : EntrySetting.Read(reader, entry, at)
        );
        if (fields.Count == 0 && reader.Faults.Count == before)
            reader.Fault(
                SettingReader.Join(path, "fields"),
                SettingReader.Has(node, "fields") ? "names no CRM field" : "is missing",
                "List the entries that the route maps otherwise, or take the override out."
            );
        return name is null ? null : new MappingOverride(path, name, fields);
    }

    /// <summary>As <see cref="Read"/> reads it.</summary>
    public JsonObject Write(bool isStored) =>
        new()
        {
            ["object"] = Object,
            ["fields"] = isStored ? StoredEntries.List(Entries) : MappingSetting.Write(Entries),
        };

    public IEnumerable<MappingEntry> Entries => Fields.Select(setting => setting.Entry);

    /// <summary>The same with other entries, in the same order.</summary>
    public MappingOverride With(IReadOnlyList<MappingEntry> entries) =>
        this with
        {
            Fields = [.. Fields.Zip(entries, (setting, entry) => setting with { Entry = entry })],
        };

    /// <summary>The same, standing elsewhere.</summary>
    public MappingOverride At(string path) =>
        new(path, Object, [.. Fields.Select((setting, at) => setting with { Path = $"{path}.fields[{at}]" })]);

    /// <summary>The same, its entries marked as saved now, but for those that were there already.</summary>
    public MappingOverride SavedAt(DateTimeOffset now, IEnumerable<MappingOverride> before)
    {
        var there = before.FirstOrDefault(one => one.Object == Object)?.Entries.ToList();
        return this with
        {
            Fields =
            [
                .. Fields.Select(setting => setting with { Entry = StoredEntries.SavedAt(now, setting.Entry, there) }),
            ],
        };
    }

    /// <summary>Pure: what a connection maps by, with a route's overrides put over it.</summary>
    public static IReadOnlyList<ObjectMapping> Over(
        IReadOnlyList<ObjectMapping> mappings,
        IReadOnlyList<MappingOverride> overrides
    ) =>
        [
            .. mappings.Select(mapping =>
                overrides.FirstOrDefault(one => one.Object == mapping.Object) is { } found
                    ? mapping.With(Merge(mapping.Entries, [.. found.Entries]))
                    : mapping
            ),
        ];

    private static IReadOnlyList<MappingEntry> Merge(
        IReadOnlyList<MappingEntry> entries,
        IReadOnlyList<MappingEntry> overriding
    ) =>
        [
            .. entries.Select(entry => overriding.FirstOrDefault(one => IsSameField(one, entry)) ?? entry),
            .. overriding.Where(one => !entries.Any(entry => IsSameField(one, entry))),
        ];

    // The CRM does not mind the case.
    private static bool IsSameField(MappingEntry one, MappingEntry other) =>
        one.Field.Equals(other.Field, StringComparison.OrdinalIgnoreCase);
}
