using System.Globalization;
using System.Text.Json;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>Entries as the database keeps them: as settings write them, each with when it was saved.</summary>
public static class StoredEntries
{
    private const string SavedAt = "savedAt";

    public static string Write(IEnumerable<MappingEntry> entries)
    {
        var list = MappingSetting.Write(entries);
        foreach (var (node, entry) in list.Zip(entries))
            node![SavedAt] = entry.SavedAt.ToString("O", CultureInfo.InvariantCulture);
        return list.ToJsonString();
    }

    public static IReadOnlyList<MappingEntry> Read(string text)
    {
        using var list = JsonDocument.Parse(text);
        return [.. list.RootElement.EnumerateArray().Select(Read)];
    }

    private static MappingEntry Read(JsonElement node)
    {
        var reader = new SettingReader();
        var entry = EntrySetting.Read(reader, node, "", SavedAt)?.Entry;
        // Only what was read without fault is ever stored.
        return entry is null
            ? throw new InvalidOperationException(
                $"Reading a stored mapping entry: {string.Join("; ", reader.Faults.Select(fault => $"{fault.Field} {fault.Reason}"))}."
            )
            : entry with
            {
                SavedAt = node.TryGetProperty(SavedAt, out var savedAt) ? savedAt.GetDateTimeOffset() : default,
            };
    }
}
