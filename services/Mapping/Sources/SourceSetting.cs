using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Sources;

/// <summary>A source as someone wants it.</summary>
/// <param name="Path">Where it stands in what was sent.</param>
public sealed record SourceSetting(string Path, string Name, bool Enabled)
{
    public static SettingKind Kind { get; } =
        new(SettingKey.Sources, "source", "/v1/sources", [new AddressPart("source", "name")])
        {
            IsPublished = false,
            View = typeof(SourceView),
            Read = (reader, node) =>
                Read(reader, node, "") is { } source
                    ? ConfigDocument.Empty with
                    {
                        Sources = [source],
                    }
                    : ConfigDocument.Empty,
            Shown = there =>
                there
                    .Sources.Where(source => source.Declared)
                    .Select(source => new ShownSetting(
                        SettingKey.Source(source.Name),
                        source.Revision,
                        Write(source),
                        SourceView.Of(source)
                    )),
        };

    /// <summary>Its own, beside the standard ones.</summary>
    public IReadOnlyList<LeadField> Fields { get; init; } = [];

    public static SourceSetting? Read(SettingReader reader, JsonElement node, string path)
    {
        if (!reader.IsObject(node, path, "name", "enabled", "fields"))
            return null;
        var name = reader.Text(node, path, "name");
        var enabled = reader.Flag(node, path, "enabled") ?? true;
        var fields = FieldSetting.Read(reader, node, path);
        if (name is not null && !CaptureReader.IsSlug(name))
        {
            reader.Fault(
                SettingReader.Join(path, "name"),
                CaptureReader.SlugRule,
                "Use the name that the source sends in its captures."
            );
            name = null;
        }
        return name is null ? null : new SourceSetting(path, name, enabled) { Fields = fields };
    }

    /// <summary>As <see cref="Read"/> reads it.</summary>
    public static JsonObject Write(StoredSource source)
    {
        var node = new JsonObject { ["name"] = source.Name };
        if (!source.Enabled)
            node["enabled"] = false;
        if (source.Fields.Count > 0)
            node["fields"] = FieldSetting.Write(source.Fields);
        return node;
    }
}
