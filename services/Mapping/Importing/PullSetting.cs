using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Importing;

/// <summary>When a pulled value replaces what the lead has.</summary>
public enum PullWins
{
    /// <summary>Whatever the lead has.</summary>
    Crm,

    WhenEmpty,

    /// <summary>When the record was changed later than the lead's value was captured.</summary>
    Newest,

    /// <summary>A ratchet: it may go to opted out, and never back.</summary>
    OptOut,
}

/// <summary>A field of a record that becomes one of a lead.</summary>
/// <param name="From">API name in the CRM.</param>
/// <param name="To">The lead field.</param>
public sealed record PullField(string From, string To, PullWins Wins);

/// <param name="Path">Where it stands in what was sent.</param>
public sealed record PullFieldSetting(string Path, PullField Field);

/// <summary>How records of a connection's object become leads, as someone wants it.</summary>
/// <param name="Path">Where it stands in what was sent.</param>
/// <param name="Connection">Name or id.</param>
/// <param name="Source">The source that receives them.</param>
public sealed record PullSetting(
    string Path,
    string Connection,
    string Object,
    string Source,
    bool Enabled,
    IReadOnlyList<PullFieldSetting> Fields
)
{
    public static SettingKind Kind { get; } =
        new(SettingKey.Pulls, "pull mapping", "/v1/pulls", [AddressPart.Connection, AddressPart.Object])
        {
            Read = (reader, node) =>
                Read(reader, node, "") is { } pull
                    ? ConfigDocument.Empty with
                    {
                        Pulls = [pull],
                    }
                    : ConfigDocument.Empty,
            Shown = there =>
                there.Pulls.Select(pull => new ShownSetting(
                    SettingKey.Pull(pull.ConnectionId, pull.Object),
                    pull.Revision,
                    Write(pull, pull.ConnectionId.ToString()),
                    Write(pull, pull.ConnectionId.ToString())
                )),
        };

    private const int MostFields = 300;

    private static readonly (string Name, PullWins Wins)[] Names =
    [
        ("crm", PullWins.Crm),
        ("whenEmpty", PullWins.WhenEmpty),
        ("newest", PullWins.Newest),
        ("optOut", PullWins.OptOut),
    ];

    public static PullSetting? Read(SettingReader reader, JsonElement node, string path)
    {
        if (!reader.IsObject(node, path, "connection", "object", "source", "enabled", "fields"))
            return null;
        var connection = reader.Text(node, path, "connection");
        var name = reader.Text(node, path, "object");
        var source = reader.Text(node, path, "source");
        var enabled = reader.Flag(node, path, "enabled") ?? true;
        var fields = ReadFields(reader, node, path);
        return connection is null || name is null || source is null
            ? null
            : new PullSetting(path, connection, name, source, enabled, fields);
    }

    private static List<PullFieldSetting> ReadFields(SettingReader reader, JsonElement node, string path)
    {
        var at = SettingReader.Join(path, "fields");
        if (!SettingReader.Has(node, "fields"))
            reader.Fault(at, "is missing", "List the CRM fields that are pulled, each with the lead field it goes to.");
        var fields = reader.List(node, path, "fields", (entry, place) => Field(reader, entry, place));
        if (fields.Count > MostFields)
            reader.Fault(at, $"has more than {MostFields} fields", "Pull fewer.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields.Select(setting => setting.Field).Where(field => !seen.Add(field.To)))
            reader.Fault(at, $"fills the lead field {field.To} twice", "Keep one of the two.");
        return fields;
    }

    private static PullFieldSetting? Field(SettingReader reader, JsonElement node, string path)
    {
        if (!reader.IsObject(node, path, "from", "to", "wins"))
            return null;
        var from = reader.Text(node, path, "from");
        var to = reader.Text(node, path, "to");
        if (to is not null && (to.Length > CaptureReader.MaxFieldNameLength || to[0] == '$' || to.Any(char.IsControl)))
            reader.Fault(
                SettingReader.Join(path, "to"),
                $"is not 1 to {CaptureReader.MaxFieldNameLength} printable characters, the first of them no $",
                "Name a lead field of the receiving source."
            );
        var wins = SettingReader.Has(node, "wins") ? reader.Text(node, path, "wins") : "newest";
        if (wins is not null && !Names.Any(one => one.Name == wins))
        {
            reader.Fault(
                SettingReader.Join(path, "wins"),
                "says not what wins",
                "Use crm, whenEmpty, newest or optOut."
            );
            return null;
        }
        return from is null || to is null || wins is null
            ? null
            : new PullFieldSetting(path, new PullField(from, to, Names.First(one => one.Name == wins).Wins));
    }

    /// <summary>As <see cref="Read"/> reads it.</summary>
    /// <param name="connection">Its name, or its id.</param>
    public static JsonObject Write(StoredPull pull, string connection) =>
        new()
        {
            ["connection"] = connection,
            ["object"] = pull.Object,
            ["source"] = pull.Source,
            ["enabled"] = pull.Enabled,
            ["fields"] = Write(pull.Fields),
        };

    /// <summary>Fields as they are read and stored.</summary>
    public static JsonArray Write(IEnumerable<PullField> fields) =>
        [
            .. fields.Select(field => new JsonObject
            {
                ["from"] = field.From,
                ["to"] = field.To,
                ["wins"] = Names.First(one => one.Wins == field.Wins).Name,
            }),
        ];

    /// <summary>Fields as they are stored.</summary>
    public static IReadOnlyList<PullField> Parse(string text)
    {
        var reader = new SettingReader();
        var fields = ReadFields(reader, JsonElement.Parse($$"""{"fields":{{text}}}"""), "");
        return reader.Faults.Count == 0
            ? [.. fields.Select(setting => setting.Field)]
            : throw new InvalidOperationException("Reading a stored pull mapping: it is not of its form.");
    }
}
