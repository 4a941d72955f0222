using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>Entries as the database keeps them: as settings write them, each with when it was saved.</summary>
public static class StoredEntries
{
    private const string SavedAtMember = "savedAt";

    public static string Write(IEnumerable<MappingEntry> entries) => List(entries).ToJsonString();

    public static JsonArray List(IEnumerable<MappingEntry> entries) =>
        [
            .. entries.Select(entry =>
            {
                var node = EntrySetting.Write(entry);
                node[SavedAtMember] = entry.SavedAt.ToString("O", CultureInfo.InvariantCulture);
                return node;
            }),
        ];

    public static IReadOnlyList<MappingEntry> Read(string text)
    {
        using var list = JsonDocument.Parse(text);
        return [.. list.RootElement.EnumerateArray().Select(Read)];
    }

    private static MappingEntry Read(JsonElement node)
    {
        var reader = new SettingReader();
        // Only what was read without fault is ever stored.
        return Read(reader, node, "")?.Entry
            ?? throw new InvalidOperationException(
                $"Reading a stored mapping entry: {string.Join("; ", reader.Faults.Select(fault => $"{fault.Field} {fault.Reason}"))}."
            );
    }

    /// <summary>Reads one entry; null when something is wrong with it.</summary>
    public static EntrySetting? Read(SettingReader reader, JsonElement node, string path)
    {
        if (EntrySetting.Read(reader, node, path, SavedAtMember) is not { } setting)
            return null;
        var savedAt = node.TryGetProperty(SavedAtMember, out var at) ? at.GetDateTimeOffset() : default;
        return setting with { Entry = setting.Entry with { SavedAt = savedAt } };
    }

    /// <summary>An entry marked as saved now, or since when one that says the same was there.</summary>
    /// <param name="before">Those that were there; null: none.</param>
    public static MappingEntry SavedAt(DateTimeOffset now, MappingEntry entry, IReadOnlyList<MappingEntry>? before) =>
        entry with
        {
            SavedAt = before?.FirstOrDefault(one => one.SaysTheSameAs(entry))?.SavedAt ?? now,
        };
}
